"""`/me` and `/users/{id}`: https://learn.microsoft.com/graph/api/user-get"""

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.odata.properties import STRING, Property, Shape
from outlook_connector.sandbox.graph.odata.render import entity
from outlook_connector.sandbox.graph.permissions import PROFILE
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route

USER = Shape(
    "microsoft.graph.user",
    {
        "businessPhones": Property("texts", lambda user: []),
        "displayName": Property(STRING, lambda user: user.name),
        "givenName": Property(STRING, lambda user: user.given_name or user.name.split(" ")[0]),
        "jobTitle": Property(STRING, lambda user: user.job_title or None),
        "mail": Property(STRING, lambda user: user.address if user.has_mailbox else None),
        "mobilePhone": Property(STRING, lambda user: None),
        "officeLocation": Property(STRING, lambda user: None),
        "preferredLanguage": Property(STRING, lambda user: "en-US"),
        "surname": Property(STRING, lambda user: user.surname or user.name.split(" ")[-1]),
        "userPrincipalName": Property(STRING, lambda user: user.address),
        "id": Property(STRING, lambda user: user.id),
        "accountEnabled": Property("Edm.Boolean", lambda user: True, selected_only=True),
        "userType": Property(STRING, lambda user: "Member", selected_only=True),
        "proxyAddresses": Property(
            "texts", lambda user: [f"SMTP:{user.address}"] if user.has_mailbox else [], selected_only=True
        ),
    },
)


def get_profile(request: Request) -> Answer:
    """The user's profile; `$select` chooses properties."""
    select = request.query.select
    values = entity(request.owner, USER, select)
    if select and "id" not in select:
        del values["id"]
    selected = f"({','.join(select)})" if select else ""
    context = f"{request.base_url}/v1.0/$metadata#users{selected}/$entity"
    return Answer.json(200, {"@odata.context": context, **values})


ROUTES = (Route("GET", "", PROFILE, get_profile),)
