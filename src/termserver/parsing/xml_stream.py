"""Large XML files read an element at a time: no network, no outer DTD, no entity expanded, little memory."""

import html.entities
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from termserver.model.text import Text
from termserver.parsing.faults import Unreadable
from termserver.parsing.xml import Element, local_name

WITHIN = 64_000_000
"""Bytes that may be read until one of the wanted elements ends; the largest real one, a chapter, has a tenth."""


class _Metered:
    """A file that says when it has given more than one element can be."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self._name = name
        self._file = file
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.since += len(data)
        if self.since > WITHIN:
            raise Unreadable(
                "budget.bytes",
                Text(
                    fa=f"{self._name} پس از {WITHIN:,} بایت هنوز عنصری که خواسته می‌شود ندارد؛ پروندهٔ دیگری است.",
                    en=f"{self._name} has no whole element of those that are looked for in {WITHIN:,} bytes; "
                    "it is another file.",
                ),
                budget=True,
            )
        return data


def elements(path: Path, names: Collection[str], keep: bool = False) -> Iterator[tuple[int, Element]]:
    """Line and element for each element with one of these local names, when it is whole, in the order of their ends.

    An element is emptied after it was given; with ``keep`` it stays until the one around it is given. Raise
    Unreadable with the place of the first fault, OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        metered = _Metered(path.name, file)
        reading = etree.iterparse(
            metered,
            events=("end",),
            tag=[f"{{*}}{name}" for name in names],
            load_dtd=False,
            no_network=True,
            resolve_entities=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=False,
        )
        try:
            for _, element in reading:
                metered.since = 0
                yield line_of(element), element
                if not keep or element.getparent() is None or local_name(element.getparent()) not in names:
                    _forget(element)
        except etree.XMLSyntaxError as error:
            line, column = error.position if error.position[0] else (1, 1)
            words = str(error.msg or "the file is empty").split(", line ")[0]
            raise Unreadable(
                "syntax.xml",
                Text(
                    fa=f"{path.name}:{line}:{column}: ‏XML درست نیست: {words}. شاید پرونده ناقص رسیده است.",
                    en=f"{path.name}:{line}:{column}: this is no well-formed XML: {words}. It may have been cut short.",
                ),
                line,
                max(column, 1),
            ) from None


def line_of(element: Element) -> int:
    """The line where an element begins."""
    line: int | None = element.sourceline  # type: ignore[assignment]
    return line or 0


def root_name(path: Path) -> str:
    """The local name of the root element; raise Unreadable where the file does not begin as XML."""
    with path.open("rb") as file:
        try:
            for _, element in etree.iterparse(
                file, events=("start",), load_dtd=False, no_network=True, resolve_entities=False
            ):
                return local_name(element)
        except etree.XMLSyntaxError as error:
            words = str(error.msg or "the file is empty").split(", line ")[0]
            raise Unreadable(
                "syntax.xml",
                Text(fa=f"{path.name} سند XML نیست: {words}.", en=f"{path.name} is no XML: {words}."),
            ) from None
    return ""


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None and len(before) == 0 and not before.text:
            parent.remove(before)


def text_of(element: Element) -> str:
    """All text of an element in one line; well-known entities in their letters."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    if isinstance(element, etree._Entity):
        yield html.entities.html5.get(f"{element.name};", "")
    else:
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
            yield child.tail or ""


def children(element: Element, name: str) -> list[Element]:
    """The child elements with that local name."""
    return [one for one in element if isinstance(one.tag, str) and local_name(one) == name]


def child_text(element: Element, name: str) -> str:
    """The text of the first child with that local name; empty if there is none."""
    found = children(element, name)
    return text_of(found[0]) if found else ""


def said(element: Element, name: str) -> str:
    """An attribute; empty if it is not there."""
    return str(element.get(name) or "")
