"""Creates, validates, lists and ends a key of an organization: python3 keys.py ORGANIZATION_ID

Needs `pip install scalekit-sdk-python`. No test of this project runs it.
"""

import os
import sys

from scalekit import ScalekitClient
from scalekit.common.exceptions import ScalekitValidateTokenFailureException

organization_id = sys.argv[1]
client = ScalekitClient(
    env_url=os.environ["SCALEKIT_ENVIRONMENT_URL"],
    client_id=os.environ["SCALEKIT_CLIENT_ID"],
    client_secret=os.environ["SCALEKIT_CLIENT_SECRET"],
)

created = client.tokens.create_token(
    organization_id=organization_id,
    description="CI pipeline",
    custom_claims={"scope": "notes:read"},
)
print("created", created.token_id)  # created.token is the key itself. It is shown only now.

info = client.tokens.validate_token(token=created.token).token_info
print("valid for", info.organization_id, "with scope", info.custom_claims["scope"])

listed = client.tokens.list_tokens(organization_id=organization_id, page_size=30)
print("listed:", any(one.token_id == created.token_id for one in listed.tokens))

client.tokens.invalidate_token(token=created.token_id)
try:
    client.tokens.validate_token(token=created.token)
    print("still accepted")
except ScalekitValidateTokenFailureException:
    print("refused after its end")
