"""The same with gRPC's core, which is stricter again: grpc_client.py URL CERTIFICATE ACCESS_TOKEN ORGANIZATION_ID"""

import json
import sys
from urllib.parse import urlparse

import grpc

url, certificate, access_token, organization_id = sys.argv[1:]
with open(certificate, "rb") as file:
    channel = grpc.secure_channel(urlparse(url).netloc, grpc.ssl_channel_credentials(file.read()))


def text(number, value):
    """A string field of a protobuf message."""
    return bytes([number << 3 | 2, len(value)]) + value


def first_text(message):
    """The value of a message's first field, which is a string."""
    return message[2 : 2 + message[1]]


def call(path, message, token=access_token):
    """The answer, or the code, the message and whether there are details."""
    try:
        return channel.unary_unary(path)(message, metadata=(("authorization", "Bearer " + token),), timeout=10)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata() or ())
        return {
            "code": error.code().value[0],
            "message": error.details(),
            "hasDetails": "grpc-status-details-bin" in trailers,
        }


service = "/scalekit.v1.tokens.ApiTokenService/"
created = call(service + "CreateToken", text(1, text(1, organization_id.encode())))
validated = call(service + "ValidateToken", text(1, first_text(created)))
print(
    json.dumps(
        {
            "organizationId": organization_id if organization_id.encode() in validated else None,
            "unknown": call(service + "ValidateToken", text(1, b"unknown")),
            "unauthenticated": call(service + "ValidateToken", text(1, b"unknown"), "wrong"),
            "notServed": call("/scalekit.v1.connections.ConnectionService/ListConnections", b""),
        }
    )
)
