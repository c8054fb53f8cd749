// Prints the id of every API key that API_KEY can see, one per line. See ../README.md.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxRetries = 3
	// For a longer wait, the program exits.
	longestWait = time.Minute
)

// answer has the fields that this client reads: of a page of keys, or of a problem.
type answer struct {
	Keys []struct {
		KeyID string `json:"keyId"`
	} `json:"keys"`
	NextPageToken string `json:"nextPageToken"`
	Code          string `json:"code"`
	Detail        string `json:"detail"`
}

// failure ends the program with an exit code and a message.
type failure struct {
	exitCode int
	message  string
}

func (f failure) Error() string { return f.message }

var client = http.Client{
	Timeout: 30 * time.Second,
	// The API never redirects, so a redirect is not its answer.
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// getPage gets one page; it retries throttled and upstream_unavailable.
func getPage(address, key string) (answer, error) {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	for retries := 0; ; retries++ {
		response, err := client.Do(request)
		if err != nil {
			return answer{}, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return answer{}, err
		}
		var got answer
		if json.Unmarshal(body, &got) != nil {
			got = answer{} // a proxy may answer HTML, which is no reason to replace the key
		}

		if response.StatusCode == http.StatusOK {
			if got.Keys == nil {
				return answer{}, failure{1, "200: the answer is not a page of keys"}
			}
			return got, nil
		}
		switch got.Code {
		case "invalid_token":
			return answer{}, failure{3, got.Code + ": replace the API key"}
		case "throttled", "upstream_unavailable":
			wait := time.Second << retries
			if seconds, err := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 30); err == nil {
				wait = time.Duration(seconds) * time.Second
			}
			if retries == maxRetries || wait > longestWait {
				return answer{}, failure{4, fmt.Sprintf(
					"%s: the API key may be good; keep it and retry in %.0f s", got.Code, wait.Seconds())}
			}
			time.Sleep(wait)
		case "":
			return answer{}, failure{1, fmt.Sprintf("%d unknown: not an answer of the API", response.StatusCode)}
		default:
			return answer{}, failure{1, fmt.Sprintf("%d %s: %s", response.StatusCode, got.Code, got.Detail)}
		}
	}
}

func listKeys() error {
	apiURL, key, pageSize := os.Getenv("API_URL"), os.Getenv("API_KEY"), os.Getenv("PAGE_SIZE")
	if apiURL == "" {
		return failure{1, "API_URL is not set"}
	}
	// A clearer error than net/http's, for example for a key that was read with its line break.
	if !regexp.MustCompile(`^[!-~]+$`).MatchString(key) {
		return failure{1, "API_KEY is not set, or contains a space, a line break or another character that no key has"}
	}
	if pageSize == "" {
		pageSize = "30"
	}

	query := url.Values{"pageSize": {pageSize}}
	for {
		page, err := getPage(strings.TrimSuffix(apiURL, "/")+"/keys?"+query.Encode(), key)
		if err != nil {
			return err
		}
		for _, listed := range page.Keys {
			fmt.Println(listed.KeyID)
		}
		if page.NextPageToken == "" { // only a missing token marks the end: a page may be empty
			return nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

func main() {
	if err := listKeys(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if failed, ok := err.(failure); ok {
			os.Exit(failed.exitCode)
		}
		os.Exit(1)
	}
}
