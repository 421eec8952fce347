"""`sendMail`: https://learn.microsoft.com/graph/api/user-sendmail"""

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.permissions import SEND
from outlook_connector.sandbox.graph.post.compose import compose
from outlook_connector.sandbox.graph.post.incoming import is_mime, mime_message
from outlook_connector.sandbox.graph.post.submit import submit
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route


def send_mail(request: Request) -> Answer:
    """Sends a message from JSON or MIME: 202 with nothing. It is kept unless `saveToSentItems` is false."""
    if is_mime(request):
        data, answering = mime_message(request.call.body)
        draft = compose(request.world, request.mailbox, data, request.now, answering=answering)
        submit(request, draft)
        return Answer(202)
    found = request.parameters("message", "saveToSentItems")
    message, keep = found.get("message"), found.get("saveToSentItems", True)
    if not isinstance(message, dict):
        raise bad_request("The parameter 'Message' is missing or no object.", "ErrorInvalidParameter")
    # Graph's own examples send "false" as a text, and it is taken.
    wanted = str(keep).lower() != "false"
    submit(request, compose(request.world, request.mailbox, message, request.now), keep=wanted)
    return Answer(202)


ROUTES = (Route("POST", "sendMail", SEND, send_mail),)
