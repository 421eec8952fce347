"""Small real files for attachments: a PDF, a PNG, a CSV, a text, a calendar entry, made from nothing."""

import base64
import struct
import zlib


def pdf(title: str) -> bytes:
    """A PDF of one page that shows its title in Helvetica; valid down to the cross-reference table."""
    text = title.encode("latin-1", "replace").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 24 Tf 72 720 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + head + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))


def png(red: int, green: int, blue: int, side: int = 16) -> bytes:
    """A square PNG of one colour, `side` pixels wide."""
    rows = (b"\x00" + bytes((red, green, blue)) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def csv(rows: list[tuple[object, ...]]) -> bytes:
    """Comma-separated values in UTF-8 with a byte order mark and CRLF, as a spreadsheet writes them."""
    lines = (",".join(str(cell) for cell in row) for row in rows)
    return "\ufeff".encode() + "".join(f"{line}\r\n" for line in lines).encode()


def text(*lines: str) -> bytes:
    """Lines of text in UTF-8."""
    return "\n".join(lines).encode() + b"\n"


def gif() -> bytes:
    """A transparent GIF of one pixel, as newsletters use to count readers."""
    return base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
