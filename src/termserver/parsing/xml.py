"""Bytes to an XML tree, hardened: UTF-8 only, no DOCTYPE, no entities, no network, bounded depth."""

import re
import threading
from collections.abc import Callable
from typing import Any

from lxml import etree

from termserver.model.text import Text
from termserver.parsing.faults import Unreadable, place_of
from termserver.parsing.gate import ELEMENT_LIMIT, UTF8_HINT, require_few, require_utf8

_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)[\"']")
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)

_COUNTED_FROM = 50_000
_ATTRIBUTE_LIMIT = 200
_ATTRIBUTES_LIMIT = 400_000
"""Attributes of a document; real ones take more than twenty-five bytes each."""

Element = etree._Element
"""An element of a parsed tree."""

new_element = etree.Element
add_child = etree.SubElement

_parsers = threading.local()


def attributes(element: Element) -> list[tuple[str, str]]:
    """Names and values of the attributes."""
    return element.items()  # type: ignore[return-value]


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _parser() -> etree.XMLParser:
    """One parser per thread: a shared one makes the threads wait for each other."""
    try:
        return _parsers.one  # type: ignore[no-any-return]
    except AttributeError:
        _parsers.one = hardened()
        return _parsers.one  # type: ignore[no-any-return]


def hardened(schema: etree.XMLSchema | None = None) -> etree.XMLParser:
    """A parser that fetches nothing and expands nothing; comments, PIs and blank text are left out of the tree."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        collect_ids=False,
        encoding="utf-8",
        schema=schema,
    )


def parse(data: bytes) -> Element:
    """The root element; raise Unreadable with the place of the first fault."""
    if b"<!DOCTYPE" in data:
        _refuse_doctype(data)
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        line, column = place_of(data, declared.start(1))
        raise Unreadable(
            "syntax.encoding",
            Text(
                fa="سند رمزگذاری دیگری جز UTF-8 اعلام می‌کند.",
                en=f"The document declares the encoding {declared[1].decode('ascii', 'replace')}; only UTF-8 is read.",
            ),
            line,
            column,
            UTF8_HINT,
        )
    if len(data) > ELEMENT_LIMIT:
        require_few(data.count(b"<") - data.count(b"</"))
        _require_few_attributes(data.count(b'="') + data.count(b"='"))
    try:
        root = etree.fromstring(data, _parser())
        if len(data) > _COUNTED_FROM and data.count(b"=") > _ATTRIBUTE_LIMIT:
            _refuse_many_attributes(root)
        return root
    except etree.XMLSyntaxError as error:
        raise _fault(data, error) from None
    except ValueError:
        raise Unreadable(
            "syntax.xml", Text(fa="سند را نمی‌توان خواند.", en="The document cannot be read as XML.")
        ) from None


def _refuse_many_attributes(root: Element) -> None:
    """Raise Unreadable for more attributes than messages have: those of one element cost lxml quadratic time."""
    total = 0
    for element in root.iter():
        own = len(element.attrib)
        total += own
        if own > _ATTRIBUTE_LIMIT:
            raise Unreadable(
                "budget.attributes",
                Text(
                    fa=f"یک عنصر بیش از {_ATTRIBUTE_LIMIT} صفت دارد.",
                    en=f"An element has more than {_ATTRIBUTE_LIMIT} attributes.",
                ),
                element.sourceline or 1,  # type: ignore[arg-type]
                budget=True,
            )
    _require_few_attributes(total, root.sourceline or 1)  # type: ignore[arg-type]


def _require_few_attributes(total: int, line: int = 1) -> None:
    if total > _ATTRIBUTES_LIMIT:
        raise Unreadable(
            "budget.attributes",
            Text(
                fa=f"سند {total:,} صفت دارد؛ حداکثر {_ATTRIBUTES_LIMIT:,} صفت بررسی می‌شود.",
                en=f"The document has {total:,} attributes; at most {_ATTRIBUTES_LIMIT:,} are read.",
            ),
            line,
            hint=Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
            budget=True,
        )


def _refuse_doctype(data: bytes) -> None:
    """Raise Unreadable if a DOCTYPE stands before the root element (in text it is only text)."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while found := _PROLOG.match(data, at):
        at = found.end()
    if data.startswith(b"<!DOCTYPE", at):
        line, column = place_of(data, at)
        raise Unreadable(
            "syntax.doctype",
            Text(fa="سند نباید DOCTYPE داشته باشد.", en="A document may not carry a DOCTYPE."),
            line,
            column,
            Text(fa="خط DOCTYPE را بردارید.", en="Remove the DOCTYPE."),
        )


def _fault(data: bytes, error: etree.XMLSyntaxError) -> Unreadable:
    require_utf8(data)
    line, column = error.position if error.position[0] else (1, 1)
    words = _without_values(str(error.msg or "").split(", line ")[0])
    if "Excessive depth" in words or "Maximum depth" in words:
        return Unreadable(
            "budget.depth",
            Text(fa="تودرتویی سند بیش از اندازه است.", en="The document is nested too deeply."),
            line,
            1,
            budget=True,
        )
    return Unreadable(
        "syntax.xml",
        Text(fa=f"سند XML درست نیست: {words}", en=f"The document is not well-formed XML: {words}"),
        line,
        max(column, 1),
        Text(
            fa="فایل را با یک کتابخانهٔ XML بسازید، نه با چسباندن متن.",
            en="Write the file with an XML library, not by joining text.",
        ),
    )


def _without_values(words: str) -> str:
    """The parser's words without what it quotes from the document, names of elements apart."""
    return re.sub(r"'[^']*'", "'…'", words)[:200]


def schema_texts(main: str, files: Callable[[str], bytes]) -> dict[str, str]:
    """The schema and every schema that it imports or includes, by file name; the main one first."""
    texts: dict[str, str] = {}
    waiting = [main]
    while waiting:
        name = waiting.pop(0)
        if name not in texts:
            texts[name] = files(name).decode("utf-8")
            waiting += re.findall(r"""schemaLocation=["']([^"']+)["']""", texts[name])
    return texts


class _Neighbours(etree.Resolver):
    """Resolves the imports of a schema to its neighbours in the release, and to nothing else."""

    def __init__(self, files: Callable[[str], bytes]) -> None:
        super().__init__()
        self._files = files

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        name = system_url.rpartition("/")[2]
        return self.resolve_string(self._files(name), context, base_url=name)


_COMPILING = threading.Lock()
"""libxml2 finds the imports of a schema through one loader for all threads; two at once lose each other's."""


def schema_of(main: str, files: Callable[[str], bytes]) -> etree.XMLSchema:
    """The compiled schema; its imports come from ``files`` alone."""
    parser = hardened()
    parser.resolvers.add(_Neighbours(files))
    with _COMPILING:
        return etree.XMLSchema(etree.fromstring(files(main), parser, base_url=main))


_TREE_TAGS = 5_000
_CHUNK = 65_536
_PIECE = 300
"""Bytes of the pieces in which libxml2 hands over a text that is not ASCII."""
_JOINED = 40_000_000_000
"""Bytes that may be passed over to join the pieces of a text: two tenths of a second."""
_ASCII = bytes(range(0x80))


def keeps_schema(root: Element, data: bytes, schema: etree.XMLSchema) -> bool:
    """Whether a document keeps the schema; ``root`` is its tree. Raise Unreadable where that would take too long.

    libxml2 takes quadratic time for the faults of a tree, and quadratic time for a text in many pieces that it judges
    while it parses. So a document with few tags and attributes is judged as a tree, and another while it is parsed, up
    to the first fault.
    """
    if data.count(b"<") + data.count(b"=") <= _TREE_TAGS:
        return bool(schema.validate(root))
    _refuse_long_text(root, data)
    parser = hardened(schema)
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            if parser.feed_error_log:
                return False
        parser.close()
    except etree.XMLSyntaxError:
        return False
    return True


def _refuse_long_text(root: Element, data: bytes) -> None:
    """Raise Unreadable for a text that takes too long to join from the pieces that it may come in."""
    pieces = data.count(b"&") + data.count(b"<!") + len(data.translate(None, _ASCII)) // _PIECE
    if pieces * len(data) <= _JOINED:
        return
    longest = max(root.iter(), key=lambda element: len(element.text or ""))
    length = len(longest.text or "")
    if pieces * length > _JOINED:
        raise Unreadable(
            "budget.text",
            Text(
                fa=f"یک متن {length:,} نویسه دارد؛ در سندی با این همه عنصر بررسی نمی‌شود.",
                en=f"A text has {length:,} characters; in a document with so many elements it is not read.",
            ),
            longest.sourceline or 1,  # type: ignore[arg-type]
            hint=Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
            budget=True,
        )
