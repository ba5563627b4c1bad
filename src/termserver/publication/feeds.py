"""The feeds of a publication: Atom after HL7's Terminology Syndication profile, and its twin in JSON.

A feed announces; it is not believed. Whatever it says is in the signed targets too, and ``trust`` reads only
those. A release that was taken back has an entry of its own, without a link to download.
"""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from termserver import __version__
from termserver.releases import atomic
from termserver.trust.source import TARGETS, stored_name
from termserver.trust.statement import Published, Statement

ATOM, JSON = "feed.xml", "feed.json"
PROFILE = "http://ns.electronichealth.net.au/ncts/syndication/asf/profile/1.0.0"
_EXTENSION = "http://ns.electronichealth.net.au/ncts/syndication/asf/extensions/1.0.0"
_SCHEME = "https://termserver.example/syndication/category"
_CATEGORY = ("TERMSERVER_RELEASE", "termserver release")
_RETRACT = ("TERMSERVER_RELEASE_RETRACT", "termserver release taken back")
_TYPE = "application/vnd.termserver.release"


def write(folder: Path, said: Statement, updated: str) -> None:
    """Write both feeds, each in one step."""
    atomic.write(folder / ATOM, atom(said, updated))
    atomic.write(folder / JSON, as_json(said, updated))


def identifier(one: Published) -> str:
    """The URI of a release in all its versions; of no product and no host."""
    return f"urn:termserver:release:{one.pin.name}"


def atom(said: Statement, updated: str) -> bytes:
    """The feed, the newest release first."""
    entries = "".join(_entry(one) for one in reversed(said.releases))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:ncts={quoteattr(_EXTENSION)}>\n'
        "  <title>termserver releases</title>\n"
        "  <id>urn:termserver:feed</id>\n"
        f"  <updated>{updated}</updated>\n"
        f'  <generator version="{__version__}">termserver</generator>\n'
        f"  <ncts:atomSyndicationFormatProfile>{PROFILE}</ncts:atomSyndicationFormatProfile>\n"
        f"{entries}</feed>\n"
    ).encode()


def _entry(one: Published) -> str:
    category, label = _RETRACT if one.retracted else _CATEGORY
    words = one.retracted or one.notes
    lines = [
        f"<title>{escape(one.label)}</title>",
        f"<id>urn:sha256:{one.pin.digest}{':retract' if one.retracted else ''}</id>",
        f"<updated>{one.published_at}</updated>",
        f"<published>{one.published_at}</published>",
        "<author><name>termserver publisher</name></author>",
        f'<category term="{category}" label="{label}" scheme="{_SCHEME}"/>',
        f"<summary>{escape(' — '.join(text for text in (words.fa, words.en) if text) or one.label)}</summary>",
        f"<ncts:contentItemIdentifier>{identifier(one)}</ncts:contentItemIdentifier>",
        f"<ncts:contentItemVersion>{identifier(one)}|{escape(one.pin.version)}</ncts:contentItemVersion>",
    ]
    if not one.retracted:
        lines.append(
            f'<link rel="alternate" type="{_TYPE}" href="{TARGETS}/{stored_name(one.file)}" '
            f'length="{one.file.length}" ncts:sha256Hash="{one.file.sha256}"/>'
        )
    body = "\n    ".join(lines)
    return f"  <entry>\n    {body}\n  </entry>\n"


def as_json(said: Statement, updated: str) -> bytes:
    """The same, for programs that would rather not read XML."""
    told = {
        "updated": updated,
        "generator": f"termserver {__version__}",
        "version": said.version,
        "entries": [_told(one) for one in reversed(said.releases)],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _told(one: Published) -> dict[str, Any]:
    return {
        **one.pin.as_json(),
        "identifier": identifier(one),
        "category": (_RETRACT if one.retracted else _CATEGORY)[0],
        "published": one.published_at,
        "activate_at": one.activate_at,
        "notes": one.notes.as_json(),
        "retracted": one.retracted.as_json() if one.retracted else None,
        "replaced_by": one.replaced_by or None,
        "download": None
        if one.retracted
        else {
            "href": f"{TARGETS}/{stored_name(one.file)}",
            "length": one.file.length,
            "sha256": one.file.sha256,
        },
    }
