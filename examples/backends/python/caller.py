"""Reads the caller that the authorizer passes to a Lambda function in Python 3.11 or later. It needs no other package."""

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timezone

_OPTIONAL = {
    "organizationExternalId": "organization_external_id",
    "userId": "user_id",
    "userExternalId": "user_external_id",
    "expiresAt": "expires_at",
}


class NoCaller(Exception):
    """The request came without a caller: its route is not behind the authorizer, or the context is malformed."""


class KeyExpired(Exception):
    """The key or token has expired since the (possibly cached) decision."""


@dataclass(frozen=True)
class Caller:
    """The organization, the user and the claims of a key, a session or a client.

    A user's key and a session have a `user_id`, an organization's key and a client have none.
    """

    organization_id: str
    credential: str = "key"
    key_id: str | None = None
    session_id: str | None = None
    client_id: str | None = None
    issued_at: str | None = None
    custom_claims: dict[str, str] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    organization_external_id: str | None = None
    user_id: str | None = None
    user_external_id: str | None = None
    expires_at: str | None = None

    @property
    def scope(self) -> list[str]:
        """The words that say what the key may do."""
        return [word for word in self.custom_claims.get("scope", "").split(" ") if word]


def read_caller(event: dict, now: datetime | None = None) -> Caller:
    """Reads the caller of a proxy event. It fails closed: raises NoCaller or KeyExpired, and never returns an anonymous caller."""
    context = (event.get("requestContext") or {}).get("authorizer")
    if not isinstance(context, dict):
        raise NoCaller
    optional = {name: _text(context[key]) for key, name in _OPTIONAL.items() if key in context}
    caller = Caller(
        **_credential(context),
        organization_id=_text(context.get("organizationId")),
        custom_claims=_json(context.get("customClaims"), dict),
        roles=_json(context.get("roles"), list),
        **optional,
    )
    if caller.credential == "session" and caller.user_id is None or caller.credential == "client" and caller.user_id is not None:
        raise NoCaller
    if caller.credential != "key" and caller.expires_at is None:
        raise NoCaller
    if caller.expires_at is not None and _instant(caller.expires_at) <= (now or datetime.now(timezone.utc)):
        raise KeyExpired
    return caller


def with_caller(handler=None, *, scope: str | None = None):
    """Makes a Lambda handler of `handler(event, caller, context)`, which runs only if there is a caller.

    With `scope`, as in `@with_caller(scope="notes:read")`, the caller's key must have that word.
    """
    if handler is None:
        return lambda wrapped: with_caller(wrapped, scope=scope)

    def handle(event, context):
        try:
            caller = read_caller(event)
        except KeyExpired:
            return _problem(event, context, 401, "Unauthorized", "invalid_token", "The API key or token has expired.")
        except NoCaller:
            logging.error("no caller: is the route behind the authorizer?")
            detail = "The server failed. The error is logged under `requestId`."
            return _problem(event, context, 500, "Internal Server Error", "internal_error", detail)
        if scope is not None and scope not in caller.scope:
            detail = f'The caller does not have the scope "{scope}".'
            return _problem(event, context, 403, "Forbidden", "insufficient_scope", detail, scope=scope)
        return handler(event, caller, context)

    return handle


def _credential(context: dict) -> dict[str, str]:
    kind = context.get("credential", "key")
    ids = {"key": "keyId", "session": "sessionId", "client": "clientId"}
    if kind not in ids or [name for name in ids.values() if name in context] != [ids[kind]]:
        raise NoCaller
    names = {"key": "key_id", "session": "session_id", "client": "client_id"}
    credential = {"credential": kind, names[kind]: _text(context[ids[kind]])}
    if kind != "key":
        credential["issued_at"] = _text(context.get("issuedAt"))
        _instant(credential["issued_at"])
    return credential


def _text(value: object) -> str:
    if not isinstance(value, str) or value == "":
        raise NoCaller
    return value


def _json(value: object, kind: type):
    try:
        parsed = json.loads(_text(value))
    except ValueError as error:
        raise NoCaller from error
    if not isinstance(parsed, kind):
        raise NoCaller
    texts = parsed.values() if isinstance(parsed, dict) else parsed
    if not all(isinstance(text, str) for text in texts):
        raise NoCaller
    return parsed


def _instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise NoCaller from error
    if instant.tzinfo is None:
        raise NoCaller
    return instant


def _problem(event: dict, context, status: int, title: str, code: str, detail: str, **more: str) -> dict:
    request_id = (event.get("requestContext") or {}).get("requestId") or getattr(context, "aws_request_id", "")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "requestId": request_id, **more}
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/problem+json", "Cache-Control": "no-store"},
        "body": json.dumps(body),
    }
