"""A comparison as FHIR (R4): a Bundle of one Parameters with every change, and a ConceptMap of what replaces what.

    Parameters   "before", "after": an edition each (name, version, digest of its releases)
                 "change": area, subject, item, kind, effect; field, language, before, after where they say something
    ConceptMap   per code system of which codes were replaced: from the old code to its successors (``relatedto``)

The words of area, kind and effect are those of docs/diff.md.
"""

from typing import Any

from termserver.comparison.changes import Area, Change
from termserver.comparison.releases import Comparison
from termserver.model.releases import Edition

Json = dict[str, Any]

_CODES = ("area", "kind", "effect")
_TEXTS = ("subject", "item", "field", "language", "before", "after")


def bundle(found: Comparison) -> Json:
    """The comparison as a Bundle of type ``collection``; the same comparison gives the same bytes."""
    parameters = {
        "resourceType": "Parameters",
        "id": "changes",
        "parameter": [
            {"name": "before", "part": _edition(found.before)},
            {"name": "after", "part": _edition(found.after)},
            *({"name": "change", "part": _change(one, found)} for one in found.changes),
        ],
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in (parameters, *_replacements(found))],
    }


def _edition(edition: Edition) -> list[Json]:
    return [
        {"name": "digest", "valueString": edition.digest},
        *(
            {
                "name": "release",
                "part": [{"name": name, "valueString": said} for name, said in pin.as_json().items()],
            }
            for pin in edition.releases
        ),
    ]


def _change(one: Change, found: Comparison) -> list[Json]:
    parts: list[Json] = [{"name": name, "valueCode": str(getattr(one, name))} for name in _CODES]
    parts += [{"name": name, "valueString": said} for name in _TEXTS if (said := getattr(one, name))]
    if one.area is Area.CODES and one.subject in found.urls:
        parts.append({"name": "system", "valueUri": found.urls[one.subject]})
    return parts


def _replacements(found: Comparison) -> list[Json]:
    by_system: dict[str, list[Change]] = {}
    for one in found.changes:
        if one.area is Area.CODES and one.kind == "replaced" and one.after:
            by_system.setdefault(one.subject, []).append(one)
    made = []
    for system, changes in sorted(by_system.items()):
        url = found.urls.get(system, system)
        elements = [
            {"code": one.item, "target": [{"code": code, "equivalence": "relatedto"} for code in one.after.split(", ")]}
            for one in changes
        ]
        made.append(
            {
                "resourceType": "ConceptMap",
                "id": f"{system.replace('|', '-')}-replaced"[:64],
                "status": "active",
                "sourceUri": url,
                "targetUri": url,
                "group": [{"source": url, "target": url, "element": elements}],
            }
        )
    return made
