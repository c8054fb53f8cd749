#!/usr/bin/env bash
# Prints the id of every API key that API_KEY can see, one per line. See ../README.md.
set -euo pipefail
LC_ALL=C # strings are bytes, and "[!-~]" is ASCII

max_retries=3
longest_wait=60 # seconds; for a longer wait, the program exits

fail() { # EXIT_CODE MESSAGE
  printf '%s\n' "$2" >&2
  exit "$1"
}

# Reads JSON into code, detail, next_page_token, key_ids (one per line) and is_page.
# It finds values by name and depth, because a key's claims may have any names, even "keyId".
read_json() {
  local rest=$1 depth=0 name='' value
  local token='^[^]["{}]*([][{}]|"(([^"\\]|\\.)*)"[[:space:]]*(:?))(.*)$' # a bracket, or a string with an optional colon
  code='' detail='' next_page_token='' key_ids='' is_page=false
  while [[ $rest =~ $token ]]; do
    rest=${BASH_REMATCH[5]}
    case ${BASH_REMATCH[1]} in
      '{' | '[')
        depth=$((depth + 1))
        [[ $depth.$name != 2.keys ]] || is_page=true
        name=''
        ;;
      '}' | ']') depth=$((depth - 1)) ;;
      *:) name=${BASH_REMATCH[2]} ;;
      *)
        value=${BASH_REMATCH[2]//\\\//\/} # printf knows all escapes of JSON except "\/" and "\""
        value=${value//\\\"/\"}
        printf -v value '%b' "$value"
        case $depth.$name in
          1.code) code=$value ;;
          1.detail) detail=$value ;;
          1.nextPageToken) next_page_token=$value ;;
          3.keyId) key_ids+=$value$'\n' ;;
        esac
        ;;
    esac
  done
  [[ $depth == 0 ]] || is_page=false # the JSON was cut off
}

# Gets one page and reads it; retries throttled and upstream_unavailable.
get_page() { # PAGE_TOKEN
  local retries=0 pause answer head status
  local query=(--data-urlencode "pageSize=${PAGE_SIZE:-30}")
  [[ -z $1 ]] || query+=(--data-urlencode "pageToken=$1")
  while true; do
    # The key goes through a pipe, because ps shows arguments. -q ignores ~/.curlrc: "verbose" in it would print the key.
    answer=$(curl -q -sS -i --suppress-connect-headers --max-time 30 \
      -H @<(printf 'Authorization: Bearer %s' "$API_KEY") -G "${query[@]}" "${API_URL%/}/keys") || exit 1
    head=${answer%%$'\r\n\r\n'*}
    [[ $head =~ ^HTTP/[0-9.]+\ ([0-9]+) ]] || fail 1 'no HTTP answer'
    status=${BASH_REMATCH[1]}
    read_json "${answer#*$'\r\n\r\n'}"

    if [[ $status == 200 ]]; then
      [[ $is_page == true ]] || fail 1 '200: the answer is not a page of keys'
      return
    fi
    case $code in
      invalid_token) fail 3 "$code: replace the API key" ;;
      throttled | upstream_unavailable)
        pause=$((2 ** retries))
        if [[ $head =~ $'\n'[Rr]etry-[Aa]fter:[[:blank:]]*([0-9]{1,9})[[:blank:]]*($'\r'|$) ]]; then
          pause=$((10#${BASH_REMATCH[1]}))
        fi
        ((retries < max_retries && pause <= longest_wait)) ||
          fail 4 "$code: the API key may be good; keep it and retry in $pause s"
        sleep "$pause"
        retries=$((retries + 1))
        ;;
      *) fail 1 "$status ${code:-unknown}: ${detail:-not an answer of the API}" ;;
    esac
  done
}

[[ -n ${API_URL:-} ]] || fail 1 'API_URL is not set'
# Also refuses a key with a line break, which would start a new header. Files often end in one.
[[ ${API_KEY:-} =~ ^[!-~]+$ ]] || fail 1 'API_KEY is not set, or contains a space, a line break or another character that no key has'

page_token=''
while true; do
  get_page "$page_token"
  printf '%s' "$key_ids"
  page_token=$next_page_token
  [[ -n $page_token ]] || break # only a missing token marks the end: a page may be empty
done
