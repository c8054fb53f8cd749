import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints the id of every API key that API_KEY can see, one per line. See ../README.md. */
public class ListKeys {
    private static final int MAX_RETRIES = 3;
    /** For a longer wait, the program exits. */
    private static final long LONGEST_WAIT_SECONDS = 60;

    /** Ends the program with an exit code and a message. */
    private static class Failure extends Exception {
        final int exitCode;

        Failure(int exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }
    }

    // By default, it follows no redirects. The API never redirects.
    private static final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

    public static void main(String[] args) throws InterruptedException {
        try {
            listKeys();
        } catch (Failure failure) {
            System.err.println(failure.getMessage());
            System.exit(failure.exitCode);
        } catch (IOException | IllegalArgumentException error) { // no connection, no answer, or an invalid URL
            System.err.println(error);
            System.exit(1);
        }
    }

    private static void listKeys() throws Failure, IOException, InterruptedException {
        String apiUrl = variable("API_URL", "");
        String key = variable("API_KEY", "");
        if (apiUrl.isEmpty()) throw new Failure(1, "API_URL is not set");
        // HttpRequest would also refuse such a key, but would quote it in its error.
        if (!key.matches("[!-~]+"))
            throw new Failure(1, "API_KEY is not set, or contains a space, a line break or another character that no key has");

        String first = apiUrl.replaceFirst("/$", "") + "/keys?pageSize=" + encode(variable("PAGE_SIZE", "30"));
        String url = first;
        while (true) {
            Answer page = getPage(url, key);
            page.keyIds.forEach(System.out::println);
            if (page.nextPageToken.isEmpty()) return; // only a missing token marks the end: a page may be empty
            url = first + "&pageToken=" + encode(page.nextPageToken);
        }
    }

    /** Gets one page; retries `throttled` and `upstream_unavailable`. */
    private static Answer getPage(String url, String key) throws Failure, IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + key)
                .timeout(Duration.ofSeconds(30))
                .build();
        for (int retries = 0; ; retries++) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            Answer answer = new Answer(response.body());

            if (response.statusCode() == 200) {
                if (!answer.isPage) throw new Failure(1, "200: the answer is not a page of keys");
                return answer;
            }
            switch (answer.code) {
                case "invalid_token":
                    throw new Failure(3, answer.code + ": replace the API key");
                case "throttled", "upstream_unavailable":
                    long seconds = response.headers()
                            .firstValue("Retry-After")
                            .filter(value -> value.matches("[0-9]{1,9}"))
                            .map(Long::parseLong)
                            .orElse(1L << retries);
                    if (retries == MAX_RETRIES || seconds > LONGEST_WAIT_SECONDS)
                        throw new Failure(4, answer.code + ": the API key may be good; keep it and retry in " + seconds + " s");
                    Thread.sleep(seconds * 1000);
                    break;
                case "": // a proxy may answer HTML, which is no reason to replace the key
                    throw new Failure(1, response.statusCode() + " unknown: not an answer of the API");
                default:
                    throw new Failure(1, response.statusCode() + " " + answer.code + ": " + answer.detail);
            }
        }
    }

    /**
     * The fields of a page of keys, or of a problem, read from JSON. It finds values by name and depth, because a key's
     * claims may have any names, even "keyId". If your program has a JSON library, use that instead.
     */
    private static class Answer {
        /** A bracket, or a string with an optional colon. Everything else (numbers, commas) is not needed. */
        private static final Pattern TOKEN =
                Pattern.compile("[{}\\[\\]]|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"\\s*(:?)", Pattern.DOTALL);
        private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

        String code = "";
        String detail = "";
        String nextPageToken = "";
        boolean isPage;
        final List<String> keyIds = new ArrayList<>();

        Answer(String json) {
            int depth = 0;
            String name = "";
            for (Matcher token = TOKEN.matcher(json); token.find(); ) {
                switch (token.group().charAt(0)) {
                    case '{', '[':
                        depth++;
                        if (depth == 2 && name.equals("keys")) isPage = true;
                        name = "";
                        break;
                    case '}', ']':
                        depth--;
                        break;
                    default:
                        String text = unescape(token.group(1));
                        if (!token.group(2).isEmpty()) name = text;
                        else if (depth == 1 && name.equals("code")) code = text;
                        else if (depth == 1 && name.equals("detail")) detail = text;
                        else if (depth == 1 && name.equals("nextPageToken")) nextPageToken = text;
                        else if (depth == 3 && name.equals("keyId")) keyIds.add(text);
                }
            }
            if (depth != 0) isPage = false; // the JSON was cut off
        }

        private static String unescape(String text) {
            return ESCAPE.matcher(text).replaceAll(escape -> {
                if (escape.group(1) != null)
                    return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16)));
                int control = "bfnrt".indexOf(escape.group(2));
                return Matcher.quoteReplacement(control < 0 ? escape.group(2) : "\b\f\n\r\t".substring(control, control + 1));
            });
        }
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
