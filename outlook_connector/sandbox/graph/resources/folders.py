"""Mail folders: https://learn.microsoft.com/graph/api/resources/mailfolder"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model import ids
from outlook_connector.sandbox.graph.model.folder import DELETED, DUMPSTER, ROOT, Folder, Search
from outlook_connector.sandbox.graph.model.typed import Check, boolean, list_of, read, text
from outlook_connector.sandbox.graph.odata.properties import FOLDER, FolderView
from outlook_connector.sandbox.graph.odata.render import entity
from outlook_connector.sandbox.graph.permissions import BASIC, WRITE
from outlook_connector.sandbox.graph.post.compose import rekeyed
from outlook_connector.sandbox.graph.problem import bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.actions import destination
from outlook_connector.sandbox.graph.resources.listing import count_answer, entity_answer, page_answer
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.searching import PROPERTIES, compiled, counts, search_json, searching

Json = dict[str, Any]


def _view(request: Request, folder: Folder) -> FolderView:
    return FolderView(request.mailbox, folder, counts(request.mailbox)[folder.key])


def folder_json(request: Request, view: FolderView) -> Json:
    """A folder with what the query selects, and its children where `$expand` asks for them."""
    select, more = request.query.select, search_json(request.mailbox, view.folder)
    common = tuple(name for name in select if name not in PROPERTIES)
    values = entity(view, FOLDER, common or (("id",) if select else ()))
    if more:
        chosen = {name: value for name, value in more.items() if not select or name in select}
        values = {"@odata.type": "#microsoft.graph.mailSearchFolder", **values, **chosen}
    if any(expansion.name == "childFolders" for expansion in request.query.expand):
        children = request.mailbox.children(view.folder.key)
        values["childFolders"] = [
            entity(_view(request, child), FOLDER, ()) for child in children if not child.hidden
        ]
    return values


def folder_answer(request: Request, status: int, folder: Folder) -> Answer:
    """A folder as the answer to a request."""
    return entity_answer(request, status, folder_json(request, _view(request, folder)), "/mailFolders")


def _arrival(view: FolderView) -> tuple[int, ...]:
    """By name: the key is turned round, for the default order is the latest first."""
    return (*(-ord(letter) for letter in view.folder.name.casefold()), 1)


def _rows(request: Request) -> Iterator[FolderView]:
    parent = request.folder().key if "folder" in request.params else ROOT
    hidden = request.query.custom.get("includehiddenfolders", "").lower() == "true"
    found = counts(request.mailbox)
    return (
        FolderView(request.mailbox, folder, found[folder.key])
        for folder in request.mailbox.children(parent)
        if hidden or not folder.hidden
    )


def list_folders(request: Request) -> Answer:
    """A page of the folders below the root or below a folder; hidden ones only when asked for."""
    below = f"('{request.params['folder']}')/childFolders" if "folder" in request.params else ""

    def write(view: FolderView) -> Json:
        return folder_json(request, view)

    return page_answer(request, _rows(request), FOLDER, _arrival, write, f"/mailFolders{below}")


def count_folders(request: Request) -> Answer:
    """How many there are."""
    return count_answer(request, _rows(request), FOLDER, _arrival)


def get_folder(request: Request) -> Answer:
    """One folder, by id or well-known name."""
    return folder_answer(request, 200, request.folder())


def _name(request: Request, data: Json) -> str:
    name = data.get("displayName")
    if not isinstance(name, str) or not name.strip():
        raise bad_request("The folder's displayName is missing or empty.", "ErrorInvalidArgument")
    return name


def _check_name(request: Request, parent: str, name: str, own: str = "") -> None:
    for folder in request.mailbox.children(parent):
        if folder.name.casefold() == name.casefold() and folder.key != own:
            raise problem("folder_exists")


def create_folder(request: Request) -> Answer:
    """Makes a folder below the root or below a folder: 201; 409 where the name is taken."""
    parent = request.folder().key if "folder" in request.params else ROOT
    data = request.json()
    name = _name(request, data)
    _check_name(request, parent, name)
    folder = replace(
        _new(request, name, parent, hidden=bool(data.get("isHidden"))), search=_search(request, data)
    )
    return folder_answer(request, 201, request.mailbox.put_folder(folder))


def _new(request: Request, name: str, parent: str, *, hidden: bool) -> Folder:
    key = f"folder:{request.world.next_serial()}"
    return Folder(key, ids.folder_id(request.owner.id, key), name, parent, hidden)


_SEARCH: Mapping[str, Check] = {
    "includeNestedFolders": boolean,
    "sourceFolderIds": list_of(text),
    "filterQuery": text,
}


def _search(request: Request, data: Json, before: Search | None = None) -> Search | None:
    """What a search folder shall look for: what the client says, and for the rest what it looked for before."""
    if before is None and not searching(data):
        return None
    found = read(
        {name: value for name, value in data.items() if name in _SEARCH}, _SEARCH, "mailSearchFolder"
    )
    sources = tuple(request.find_folder(source).id for source in found.get("sourceFolderIds") or ())
    made = Search(
        sources or (before.sources if before else ()),
        found.get("filterQuery") or (before.query if before else ""),
        found.get("includeNestedFolders", before.nested if before else False) or False,
    )
    if not made.sources or not made.query:
        raise bad_request("A search folder needs sourceFolderIds and a filterQuery.", "ErrorInvalidArgument")
    compiled(made.query)
    return made


def update_folder(request: Request) -> Answer:
    """Renames a folder, or changes what it searches for; those that every mailbox has keep their names."""
    folder, data = request.folder(), request.json()
    name = folder.name if folder.search and "displayName" not in data else _name(request, data)
    if folder.system:
        raise problem("fixed_folder_move")
    _check_name(request, folder.parent, name, folder.key)
    search = _search(request, data, folder.search) if folder.search else None
    return folder_answer(request, 200, request.mailbox.put_folder(replace(folder, name=name, search=search)))


def delete_folder(request: Request) -> Answer:
    """Into Deleted Items with all that it holds; from there for good."""
    folder = request.folder()
    if folder.system:
        raise problem("fixed_folder")
    mailbox = request.mailbox
    bin_keys = {found.key for found in mailbox.subtree(mailbox.folders[DELETED])}
    if folder.parent not in bin_keys:
        mailbox.put_folder(replace(folder, parent=DELETED))
        return Answer(204)
    for found in reversed(mailbox.subtree(folder)):
        for message in list(mailbox.listed(found.key)):
            mailbox.move(message, DUMPSTER, request.now)
        mailbox.drop_folder(found)
    return Answer(204)


def move_folder(request: Request) -> Answer:
    """Moves a folder with all that it holds: its id stays."""
    folder, target = request.folder(), destination(request)
    if folder.system:
        raise problem("fixed_folder_move")
    if target in request.mailbox.subtree(folder):
        raise problem("folder_loop")
    _check_name(request, target.key, folder.name, folder.key)
    moved = request.mailbox.put_folder(replace(folder, parent=target.key))
    return folder_answer(request, 201, moved)


def copy_folder(request: Request) -> Answer:
    """Copies a folder with all that it holds: 201."""
    folder, target = request.folder(), destination(request)
    if target in request.mailbox.subtree(folder):
        raise problem("folder_loop")
    _check_name(request, target.key, folder.name)
    return folder_answer(request, 201, _copy(request, folder, target.key))


def _copy(request: Request, folder: Folder, parent: str) -> Folder:
    mailbox = request.mailbox
    made = mailbox.put_folder(
        replace(_new(request, folder.name, parent, hidden=folder.hidden), search=folder.search)
    )
    for message in list(mailbox.listed(folder.key)):
        key = f"copy:{request.world.next_serial()}"
        attachments = rekeyed(message.attachments, key)
        mailbox.put(
            replace(message, key=key, folder=made.key, generation=0, version=1, attachments=attachments)
        )
    for child in mailbox.children(folder.key):
        _copy(request, child, made.key)
    return made


_ONE = "mailFolders/{folder}"
ROUTES = (
    Route("GET", "mailFolders", BASIC, list_folders),
    Route("POST", "mailFolders", WRITE, create_folder),
    Route("GET", "mailFolders/$count", BASIC, count_folders),
    Route("GET", _ONE, BASIC, get_folder),
    Route("PATCH", _ONE, WRITE, update_folder),
    Route("DELETE", _ONE, WRITE, delete_folder),
    Route("GET", f"{_ONE}/childFolders", BASIC, list_folders),
    Route("POST", f"{_ONE}/childFolders", WRITE, create_folder),
    Route("GET", f"{_ONE}/childFolders/$count", BASIC, count_folders),
    Route("POST", f"{_ONE}/move", WRITE, move_folder),
    Route("POST", f"{_ONE}/copy", WRITE, copy_folder),
)
