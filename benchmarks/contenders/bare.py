"""requests as everybody uses it by hand."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from ..place import BUFFER, DRAFT, FILM, PACED, PAGE, PIECE, TOKEN, Place, mail
from . import Works


def works(place: Place) -> Works:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    body = mail()

    def send() -> None:
        session.post(f"{place.mailbox}/sendMail", json=body).raise_for_status()

    def items(amount: int) -> Iterator[dict[str, Any]]:
        address, left = f"{place.mailbox}/messages?$top={PAGE}", amount
        while address and left > 0:
            page = session.get(address).json()
            yield from page["value"]
            address, left = page.get("@odata.nextLink"), left - len(page["value"])

    def upload() -> None:
        file = Path(place.directory) / "film.bin"
        size = file.stat().st_size
        told = {"AttachmentItem": {"attachmentType": "file", "name": file.name, "size": size}}
        found = session.post(f"{place.mailbox}/messages/{DRAFT}/attachments/createUploadSession", json=told)
        address, plain = found.json()["uploadUrl"], requests.Session()
        with file.open("rb") as stream:
            for start in range(0, size, PIECE):
                piece = stream.read(PIECE)
                span = f"bytes {start}-{start + len(piece) - 1}/{size}"
                plain.put(address, data=piece, headers={"Content-Range": span}).raise_for_status()

    def download(lasting: bool = False, attachment: str = FILM) -> None:
        address = f"{place.mailbox}/messages/{DRAFT}/attachments/{attachment}/$value"
        target = Path(place.directory) / "bare.bin"
        written = target.with_suffix(".part") if lasting else target
        with session.get(address, stream=True) as answer, written.open("wb") as file:
            for piece in answer.iter_content(BUFFER):
                file.write(piece)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if lasting:
            written.replace(target)

    return {
        "upload": upload,
        "download": download,
        "download, 1 Gbit/s": lambda: download(attachment=PACED),
        "download, on the disk": lambda: download(lasting=True),
        "list": lambda: session.get(f"{place.mailbox}/messages", params={"$top": 10}).json(),
        "send": send,
        "items": items,
    }
