"""Destinations ⇄ canonical JSON bytes, beside ``records``; read only when a document is judged for one."""

from collections.abc import Iterable
from typing import Protocol

import orjson

from termserver.model.destinations import Destination, Sending, Sent
from termserver.releases.digests import canonical_json
from termserver.releases.records import Json, lean, period_in, period_out, text_in, text_out

KIND = "destination"
"""The kind of its artefact; its path is ``destinations/<id>.json``."""


def encode_destination(destination: Destination) -> bytes:
    return canonical_json(
        lean(
            {
                "id": destination.id,
                "version": destination.version,
                "title": text_out(destination.title),
                "documents": [_sent_out(one) for one in destination.documents],
                "otherwise": str(destination.otherwise),
                "receiver": text_out(destination.receiver),
                "aliases": destination.aliases,
                "provisional": destination.provisional,
                "source": destination.source,
            }
        )
    )


def decode_destination(data: bytes) -> Destination:
    said = orjson.loads(data)
    get = said.get
    return Destination(
        id=get("id", ""),
        version=get("version", ""),
        title=text_in(get("title")),
        documents=tuple(_sent_in(one) for one in get("documents", ())),
        otherwise=Sending(get("otherwise", "forbidden")),
        receiver=text_in(get("receiver")),
        aliases=tuple(get("aliases", ())),
        provisional=get("provisional", False),
        source=get("source", ""),
    )


def _sent_out(sent: Sent) -> Json:
    return lean(
        {
            "type": sent.type,
            "sending": str(sent.sending),
            "sender": text_out(sent.sender),
            "purpose": text_out(sent.purpose),
            "minimum": sent.minimum,
            "period": period_out(sent.period),
            "provisional": sent.provisional,
            "minimum_provisional": sent.minimum_provisional,
            "source": sent.source,
        }
    )


def _sent_in(said: Json) -> Sent:
    get = said.get
    return Sent(
        type=get("type", ""),
        sending=Sending(get("sending", "forbidden")),
        sender=text_in(get("sender")),
        purpose=text_in(get("purpose")),
        minimum=tuple(get("minimum", ())),
        period=period_in(get("period")),
        provisional=get("provisional", False),
        minimum_provisional=get("minimum_provisional", False),
        source=get("source", ""),
    )


class Release(Protocol):
    """What is asked of an opened release."""

    def artefact_paths(self, kind: str) -> list[str]: ...
    def artefact(self, path: str) -> bytes | None: ...


def read_destinations(releases: Iterable[Release]) -> tuple[Destination, ...]:
    """The destinations by id; of several with one id, that of the first release of the edition."""
    found: dict[str, Destination] = {}
    for release in releases:
        for path in release.artefact_paths(KIND):
            known = decode_destination(release.artefact(path) or b"{}")
            found.setdefault(known.id, known)
    return tuple(found[id] for id in sorted(found))
