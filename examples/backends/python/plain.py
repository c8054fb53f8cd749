"""A plain handler. It runs only if there is a caller."""

import json

from caller import with_caller


@with_caller
def handler(_event, caller, _context):
    return {
        "statusCode": 200,
        "body": json.dumps({"organizationId": caller.organization_id, "userId": caller.user_id}),
    }
