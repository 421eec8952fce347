"""One list of messages by requests and msal, without anything kept from an earlier run."""

import json
import sys

import msal
import requests

from ..place import Place

place = Place(**json.loads(sys.argv[1]))
application = msal.ConfidentialClientApplication(
    "5e9e1f2c-51a3-44f5-a7aa-3d4e34a27a50",
    client_credential="not-a-secret",
    authority=f"{place.origin}/tenant",
    instance_discovery=False,
)
token = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"
answer = session.get(f"{place.mailbox}/messages", params={"$top": 10})
assert len(answer.json()["value"]) == 10
