"""The glossary ⇄ canonical JSON bytes, beside ``records``: one artefact, read when a search first needs it."""

from collections.abc import Iterable
from typing import Protocol

import orjson

from termserver.model.glossary import Glossary, GlossaryCategory, GlossaryTerm
from termserver.releases.digests import canonical_json
from termserver.releases.records import lean, text_in, text_out

KIND = "glossary"
"""The kind of its artefact."""
PATH = "glossary/glossary.json"


def encode_glossary(glossary: Glossary) -> bytes:
    return canonical_json(
        lean(
            {
                "id": glossary.id,
                "version": glossary.version,
                "title": text_out(glossary.title),
                "categories": [
                    lean(
                        {
                            "code": known.code,
                            "title": text_out(known.title),
                            "in_titles": known.in_titles,
                            "prefixes": known.prefixes,
                            "beside": known.beside,
                            "narrows": known.narrows,
                        }
                    )
                    for known in glossary.categories
                ],
                "terms": [
                    [term.fa, term.en, term.category, term.variants_fa, term.variants_en, term.codes]
                    for term in glossary.terms
                ],
                "provisional": glossary.provisional,
                "publisher": glossary.publisher,
                "source": glossary.source,
                "licence": glossary.licence,
                "description": text_out(glossary.description),
                "coded_in": glossary.coded_in,
            }
        )
    )


def decode_glossary(data: bytes) -> Glossary:
    said = orjson.loads(data)
    get = said.get
    return Glossary(
        id=get("id", ""),
        version=get("version", ""),
        title=text_in(get("title")),
        terms=tuple(
            GlossaryTerm(fa, en, category, *map(tuple, more))
            for fa, en, category, *more in get("terms", ())  # the terms of older releases name no codes
        ),
        categories=tuple(
            GlossaryCategory(
                known.get("code", ""),
                text_in(known.get("title")),
                known.get("in_titles", False),
                tuple(known.get("prefixes", ())),
                tuple(known.get("beside", ())),
                known.get("narrows", False),
            )
            for known in get("categories", ())
        ),
        provisional=get("provisional", False),
        publisher=get("publisher", ""),
        source=get("source", ""),
        licence=get("licence", ""),
        description=text_in(get("description")),
        coded_in=get("coded_in", ""),
    )


class Release(Protocol):
    """What is asked of an opened release."""

    def artefact(self, path: str) -> bytes | None: ...


def read_glossary(releases: Iterable[Release]) -> Glossary | None:
    """The glossary of the first release of the edition that brings one; None if none does."""
    for release in releases:
        data = release.artefact(PATH)
        if data is not None:
            return decode_glossary(data)
    return None
