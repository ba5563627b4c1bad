"""Text that is safe where it is written: JSON, XML, places as URIs.

A file name may carry bytes that are no UTF-8 (as lone surrogates), and a message may quote a
control character; neither may break an output.
"""

import re
from typing import Any
from urllib.parse import quote

import orjson

_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DRIVE = re.compile(r"[A-Za-z]:/")


def json_bytes(value: Any) -> bytes:
    """Compact JSON in UTF-8; lone surrogates become U+FFFD."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(_whole(value))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, dict):
        return {utf8(key): _whole(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(member) for member in value]
    return value


def utf8(text: str) -> str:
    """The text without lone surrogates."""
    return _SURROGATE.sub("\ufffd", text)


def plain(text: str) -> str:
    """The text without control characters that no reader shows; tabs and line feeds stay."""
    return _NOT_XML.sub("", _SURROGATE.sub("\ufffd", text)).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str, limit: int = 0) -> str:
    """The text in one line, cut to ``limit`` characters (0: whole) with an ellipsis."""
    said = " ".join(plain(text).split())
    return said[: limit - 1] + "…" if limit and len(said) > limit else said


def xml_text(text: str) -> str:
    """Character data: escaped, ``]]>`` too, and without what XML 1.0 forbids."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml_attribute(text: str) -> str:
    """The inside of a double-quoted attribute; line feeds and tabs survive a parser."""
    return xml_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def place(document: str) -> str:
    """The document's name as a repository path: forward slashes, no leading ``./``; standard input is ``stdin``."""
    name = utf8(document).replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return "stdin" if name in ("", "-") else name


def uri(document: str) -> str:
    """The place as a URI reference, relative where the name is."""
    name = place(document)
    if _DRIVE.match(name):
        return "file:///" + name[:2] + quote(name[2:])
    if name.startswith("/"):
        return "file://" + quote(name)
    return quote(name)
