#!/usr/bin/env python3
"""Prints the id of every API key that API_KEY can see, one per line. See ../README.md."""

import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

MAX_RETRIES = 3
LONGEST_WAIT = 60  # seconds; for a longer wait, the program exits


class Failure(Exception):
    def __init__(self, exit_code, message):
        super().__init__(message)
        self.exit_code = exit_code


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API never redirects, and urllib would send the key to the other host."""

    def redirect_request(self, *args):
        return None  # makes the redirect an HTTPError


opener = urllib.request.build_opener(NoRedirects)


def get(url, key):
    """The status, headers and JSON object of an answer with any status."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    try:
        response = opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        response = error  # it is also a response
    with response:
        try:
            body = json.loads(response.read())
        except ValueError:
            body = None  # a proxy may answer HTML, which is no reason to replace the key
    return response.status, response.headers, body if isinstance(body, dict) else {}


def get_page(url, key):
    """Gets one page; retries throttled and upstream_unavailable."""
    retries = 0
    while True:
        status, headers, body = get(url, key)
        if status == 200:
            if not isinstance(body.get("keys"), list):
                raise Failure(1, "200: the answer is not a page of keys")
            return body

        code = body.get("code", "unknown")
        if code == "invalid_token":
            raise Failure(3, f"{code}: replace the API key")
        if code not in ("throttled", "upstream_unavailable"):
            raise Failure(1, f"{status} {code}: {body.get('detail', 'not an answer of the API')}")
        retry_after = headers.get("Retry-After", "")
        seconds = int(retry_after) if re.fullmatch("[0-9]{1,9}", retry_after) else 2**retries
        if retries == MAX_RETRIES or seconds > LONGEST_WAIT:
            raise Failure(4, f"{code}: the API key may be good; keep it and retry in {seconds} s")
        time.sleep(seconds)
        retries += 1


def list_keys():
    api_url = os.environ.get("API_URL")
    key = os.environ.get("API_KEY", "")
    if not api_url:
        raise Failure(1, "API_URL is not set")
    # urllib would also refuse such a key, but would quote it in its error.
    if not re.fullmatch("[!-~]+", key):
        raise Failure(1, "API_KEY is not set, or contains a space, a line break or another character that no key has")

    query = {"pageSize": os.environ.get("PAGE_SIZE") or "30"}
    while True:
        page = get_page(f"{api_url.rstrip('/')}/keys?{urllib.parse.urlencode(query)}", key)
        for listed in page["keys"]:
            print(listed["keyId"])
        if not page.get("nextPageToken"):  # only a missing token marks the end: a page may be empty
            return
        query["pageToken"] = page["nextPageToken"]


try:
    list_keys()
except Failure as failure:
    print(failure, file=sys.stderr)
    sys.exit(failure.exit_code)
except (OSError, ValueError, http.client.HTTPException) as error:  # no connection, no answer, or an invalid URL
    sys.exit(str(error))
