"""What a form of our pages posted: its fields as bytes, a chosen file before a pasted text.

Read by hand from ``multipart/form-data`` (RFC 7578), byte for byte, so that a document is judged as
it stands in its file.
"""

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.I)
_NAME = re.compile(rb'[;\s]name="([^"]*)"', re.I)
_FILE = re.compile(rb'[;\s]filename="([^"]*)"', re.I)
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """One field; ``file`` is the name of the file it came from, None for a field that was typed."""

    name: str
    value: bytes
    file: str | None = None

    @property
    def text(self) -> str:
        """What was typed, with the line ends of the keyboard."""
        return self.value.decode("utf-8", "replace").replace("\r\n", "\n")


def parts(body: bytes, content_type: str) -> list[Part]:
    """The fields in their order; none if this is no such form."""
    found = _BOUNDARY.search(content_type)
    if not found or not content_type.lower().startswith("multipart/form-data"):
        return []
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    read: list[Part] = []
    for piece in (b"\r\n" + body).split(b"\r\n" + mark, _MOST)[1:]:
        if piece.startswith(b"--"):
            break
        head, gap, value = piece.partition(b"\r\n\r\n")
        name, file = _NAME.search(head), _FILE.search(head)
        if gap and name:
            read.append(
                Part(name[1].decode("utf-8", "replace"), value, file[1].decode("utf-8", "replace") if file else None)
            )
    return read


def typed(read: list[Part], name: str) -> str:
    """The first typed field of that name; empty if there is none."""
    return next((part.text for part in read if part.name == name and part.file is None), "")


def document(read: list[Part]) -> tuple[bytes, str]:
    """The document and its file name: the file if one was chosen, else the pasted text."""
    for part in read:
        if part.name == "file" and part.value:
            return part.value, (part.file or "")[:200]
    return typed(read, "text").encode("utf-8", "replace"), ""
