"""This connector, through its Python face: every input and output is validated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outlook_connector import connect

from ..place import CC, DRAFT, FILM, PACED, PAGE, SUBJECT, TEXT, TO, Place
from . import Works


def works(place: Place, **config: Any) -> Works:
    connector = connect(place.config(**config))
    mail = {
        **{"to": list(TO), "cc": list(CC), "subject": SUBJECT, "body": TEXT, "bodyType": "html"},
        **{"delivery": "direct"},
    }

    def items(amount: int) -> Iterator[dict[str, Any]]:
        return connector.iterate("messages.list", {"pageSize": PAGE, "limit": amount})

    def download(attachment: str = FILM) -> None:
        target = str(Path(place.directory) / "connector.bin")
        asked = {"messageId": DRAFT, "attachmentId": attachment, "saveTo": target}
        connector.invoke("attachments.download", asked)

    film = {"messageId": DRAFT, "attachment": {"path": str(Path(place.directory) / "film.bin")}}
    return {
        "upload": lambda: connector.invoke("attachments.add", film),
        "download": download,
        "download, 1 Gbit/s": lambda: download(PACED),
        "list": lambda: connector.invoke("messages.list", {"limit": 10}),
        "send": lambda: connector.invoke("messages.send", mail),
        "items": items,
    }
