"""A guard for Flask. Needs `pip install flask scalekit-sdk-python`. No test of this project runs it."""

import functools
import re

import grpc
from flask import g, jsonify, request


def require_api_key(client):
    """Puts the key's token info into `g.key`, or refuses the request."""

    def guard(view):
        @functools.wraps(view)
        def guarded(*args, **kwargs):
            found = re.fullmatch(r"Bearer +([\w.~+/-]+=*) *", request.headers.get("Authorization", ""), re.I)
            if found is None:
                return refuse(401, "missing_credentials")
            key = found[1]
            if key.startswith("apit_"):  # Scalekit also accepts the id of a key, and an id is no secret.
                return refuse(401, "invalid_token")
            try:
                g.key = client.tokens.validate_token(token=key).token_info
            except Exception as error:
                # Only NOT_FOUND is about the key. Any other answer says that Scalekit, or our own client, is in trouble.
                if status_of(error) == grpc.StatusCode.NOT_FOUND:
                    return refuse(401, "invalid_token")
                return refuse(503, "upstream_unavailable")
            return view(*args, **kwargs)

        return guarded

    return guard


def status_of(error):
    """The gRPC status of an error of the SDK, if it has one."""
    return getattr(error.__cause__ or error, "grpc_status", None)


def refuse(status, code):
    answer = jsonify(status=status, code=code)
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
