"""The feeds of a publication: Atom after HL7's Terminology Syndication guide and CRMI at once, and a twin in JSON.

A feed announces; it is not believed. Whatever it says is in the signed targets too, and ``trust`` reads only
those. A release has an entry, and its FHIR package another, which any server that speaks the guide can load. A
release that was taken back has an entry of its own, without a link to download.

Rules: https://build.fhir.org/ig/FHIR/fhir-syndication-ig (feed-format, entry-format, categories, relationship-crmi),
RFC 4287. The ids are UUIDs made from digests (RFC 9562, version 5), so that they never change.
"""

import uuid
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from termserver import __version__
from termserver.model.text import Text
from termserver.publication.package_files import FHIR
from termserver.releases import atomic
from termserver.trust.metadata import File
from termserver.trust.source import TARGETS, stored_name
from termserver.trust.statement import Packed, Published, Statement

ATOM, JSON = "feed.xml", "feed.json"
PROFILE = "http://ns.electronichealth.net.au/ncts/syndication/asf/profile/1.0.0"
_EXTENSION = "http://ns.electronichealth.net.au/ncts/syndication/asf/extensions/1.0.0"
_CRMI = "http://hl7.org/fhir/uv/crmi/syndication"
_NCTS_SCHEME = "http://ns.electronichealth.net.au/ncts/syndication/asf/scheme/1.0.0"
_SCHEME = "https://termserver.example/syndication/category"
_RELEASE = ("TERMSERVER_RELEASE", "termserver release", _SCHEME)
_RETRACT = ("TERMSERVER_RELEASE_RETRACT", "termserver release taken back", _SCHEME)
_PACKAGE = ("FHIR_Package", "FHIR Package", _NCTS_SCHEME)
_TYPE, _TGZ = "application/vnd.termserver.release", "application/gzip"
_BEGINNING = "1970-01-01T00:00:00Z"


def write(folder: Path, said: Statement, founding: str) -> None:
    """Write both feeds, each in one step; ``founding`` tells this publication from all others."""
    atomic.write(folder / ATOM, atom(said, founding))
    atomic.write(folder / JSON, as_json(said, founding))


def identifier(one: Published) -> str:
    """The URI of a release in all its versions; of no product and no host."""
    return f"urn:termserver:release:{one.pin.name}"


def feed_id(founding: str) -> str:
    """The same for ever for one publication, whatever it publishes."""
    return _uuid(f"feed {founding}")


def updated(said: Statement) -> str:
    """The latest instant of any entry."""
    return max((_updated(one) for one in said.releases), default=_BEGINNING)


def atom(said: Statement, founding: str) -> bytes:
    """The feed, the newest release first, each before its package."""
    packed = {one.release: one for one in said.packages}
    entries = "".join(_entry(one) + _packed(one, packed.get(one.pin.digest)) for one in reversed(said.releases))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:ncts={quoteattr(_EXTENSION)} xmlns:hl7={quoteattr(_CRMI)}>\n'
        "  <title>termserver releases</title>\n"
        f"  <id>{feed_id(founding)}</id>\n"
        f"  <updated>{updated(said)}</updated>\n"
        f'  <link rel="self" type="application/atom+xml" href="{ATOM}"/>\n'
        f'  <generator version="{__version__}">termserver</generator>\n'
        f"  <ncts:atomSyndicationFormatProfile>{PROFILE}</ncts:atomSyndicationFormatProfile>\n"
        f"{entries}</feed>\n"
    ).encode()


def _entry(one: Published) -> str:
    return _written(
        one,
        _uuid(f"{one.pin.digest}{' retracted' if one.retracted else ''}"),
        one.label,
        _RETRACT if one.retracted else _RELEASE,
        (identifier(one), f"{identifier(one)}|{one.pin.version}"),
        [] if one.retracted else [_link(one.file, _TYPE)],
    )


def _packed(one: Published, packed: Packed | None) -> str:
    """The entry of a release's package; one that was taken back has none, since the guide has no word for it."""
    if packed is None or one.retracted:
        return ""
    canonical = f"urn:termserver:package:{packed.name}"
    more = [
        f"<ncts:fhirVersion>{FHIR}</ncts:fhirVersion>",
        f"<hl7:fhirVersion>{FHIR}</hl7:fhirVersion>",
        "<hl7:artifactType>package</hl7:artifactType>",
        f"<hl7:artifactVersion>{escape(packed.version)}</hl7:artifactVersion>",
        "<hl7:publishAction>publish</hl7:publishAction>",
        _link(packed.file, _TGZ),
    ]
    return _written(
        one,
        _uuid(f"{one.pin.digest} {packed.name}"),
        f"{packed.name} {packed.version}",
        _PACKAGE,
        (canonical, f"{canonical}|{packed.version}"),
        more,
    )


def _written(
    one: Published, id: str, title: str, category: tuple[str, str, str], keys: tuple[str, str], more: list[str]
) -> str:
    term, label, scheme = category
    lines = [
        f"<title>{escape(title)}</title>",
        f"<id>{id}</id>",
        f"<updated>{_updated(one)}</updated>",
        f"<published>{one.published_at}</published>",
        "<author><name>termserver publisher</name></author>",
        f'<category term="{term}" label="{label}" scheme="{scheme}"/>',
        f"<summary>{escape(_words(one.retracted or one.notes) or title)}</summary>",
        f"<ncts:contentItemIdentifier>{escape(keys[0])}</ncts:contentItemIdentifier>",
        f"<ncts:contentItemVersion>{escape(keys[1])}</ncts:contentItemVersion>",
        *more,
    ]
    body = "\n    ".join(lines)
    return f"  <entry>\n    {body}\n  </entry>\n"


def _link(file: File, kind: str) -> str:
    href = f"{TARGETS}/{stored_name(file)}"
    return f'<link rel="alternate" type="{kind}" href="{href}" length="{file.length}" ncts:sha256Hash="{file.sha256}"/>'


def _words(text: Text) -> str:
    return " — ".join(said for said in (text.fa, text.en) if said)


def _updated(one: Published) -> str:
    return one.retracted_at or one.published_at


def _uuid(said: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'termserver {said}')}"


def as_json(said: Statement, founding: str) -> bytes:
    """The same, for programs that would rather not read XML."""
    packed = {one.release: one for one in said.packages}
    told = {
        "id": feed_id(founding),
        "updated": updated(said),
        "generator": f"termserver {__version__}",
        "version": said.version,
        "entries": [_told(one, packed.get(one.pin.digest)) for one in reversed(said.releases)],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _told(one: Published, packed: Packed | None) -> dict[str, Any]:
    return {
        **one.pin.as_json(),
        "identifier": identifier(one),
        "category": (_RETRACT if one.retracted else _RELEASE)[0],
        "published": one.published_at,
        "updated": _updated(one),
        "activate_at": one.activate_at,
        "notes": one.notes.as_json(),
        "retracted": one.retracted.as_json() if one.retracted else None,
        "replaced_by": one.replaced_by or None,
        "download": None if one.retracted else _download(one.file),
        "package": None
        if packed is None or one.retracted
        else {"name": packed.name, "version": packed.version, "fhirVersion": FHIR, **_download(packed.file)},
    }


def _download(file: File) -> dict[str, Any]:
    return {"href": f"{TARGETS}/{stored_name(file)}", "length": file.length, "sha256": file.sha256}
