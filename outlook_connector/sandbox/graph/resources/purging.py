"""What is gone for good: messages, and folders with all that they hold.

https://learn.microsoft.com/graph/api/message-permanentdelete
https://learn.microsoft.com/graph/api/mailfolder-permanentdelete
"""

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.permissions import WRITE
from outlook_connector.sandbox.graph.problem import problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route


def delete_message(request: Request) -> Answer:
    """204: no mailbox user can bring it back."""
    request.mailbox.drop(request.message())
    return Answer(204)


def delete_folder(request: Request) -> Answer:
    """204: the folder and all that it holds."""
    folder = request.folder()
    if folder.system:
        raise problem("fixed_folder")
    for found in reversed(request.mailbox.subtree(folder)):
        for message in list(request.mailbox.listed(found.key)):
            request.mailbox.drop(message)
        request.mailbox.drop_folder(found)
    return Answer(204)


ROUTES = (
    Route("POST", "messages/{message}/permanentDelete", WRITE, delete_message),
    Route("POST", "mailFolders/{folder}/permanentDelete", WRITE, delete_folder),
)
