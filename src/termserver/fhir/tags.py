"""Codes that follow a rule instead of a list: language tags (BCP 47), media types (BCP 13), ICD-10 written in pairs."""

import mimetypes
import re
from collections.abc import Callable
from functools import cache

BCP47, BCP13 = "urn:ietf:bcp:47", "urn:ietf:bcp:13"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
_TAG = re.compile(
    r"(?P<language>[a-z]{2,8})(?:-(?P<extlang>[a-z]{3}))?(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
_PRIVATE = re.compile(r"x(-[a-z0-9]{1,8})+", re.IGNORECASE | re.ASCII)
_MEDIA = re.compile(
    r"(application|audio|font|haptics|image|message|model|multipart|text|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
    r"(?:\s*;\s*[A-Za-z0-9!#$&^_.+-]+=(?:[A-Za-z0-9!#$&^_.+-]+|\"[^\"\\]*\"))*",
    re.ASCII,
)
_PAIR = re.compile(r"([A-Z][0-9]{2}(?:\.[0-9]{1,3})?)[+†] ?([A-Z][0-9]{2}(?:\.[0-9]{1,3})?)\*?")
_MARKED = re.compile(r"([A-Z][0-9]{2}(?:\.[0-9]{1,3})?)[+†*]")
_LONGEST = 100


@cache
def _subtags() -> dict[str, dict[str, str]]:
    """The subtags of the registry of IANA by their kind, in small letters, with their English names."""
    try:
        from langcodes.registry_parser import parse_registry
    except ImportError:
        return {}
    found: dict[str, dict[str, str]] = {}
    for entry in parse_registry():  # type: ignore[no-untyped-call]
        tag = str(entry.get("Subtag") or entry.get("Tag") or "").lower()
        name = entry.get("Description", "")
        found.setdefault(str(entry["Type"]), {})[tag] = name[0] if isinstance(name, list) else str(name)
    return found


def languages() -> list[str]:
    """The tags that are listed where all are asked for: every language of two letters."""
    return sorted(tag for tag in _subtags().get("language", {}) if len(tag) == 2)


def language(code: str) -> str | None:
    """What a language tag is called in English; None if it is none, or names what is not registered."""
    if len(code) > _LONGEST:
        return None
    known = _subtags()
    lower = code.lower()
    for kind in ("grandfathered", "redundant"):
        if lower in known.get(kind, {}):
            return known[kind][lower]
    if _PRIVATE.fullmatch(code):
        return code
    found = _TAG.fullmatch(code)
    if found is None:
        return None
    names = []
    for kind in ("language", "extlang", "script", "region"):
        said = (found[kind] or "").lower()
        if not said:
            continue
        name = _named(kind, said)
        if name is None:
            return None
        names.append(name)
    for variant in filter(None, found["variants"].lower().split("-")):
        name = _named("variant", variant)
        if name is None:
            return None
        names.append(name)
    return names[0] if len(names) == 1 else f"{names[0]} ({', '.join(names[1:])})"


def _named(kind: str, said: str) -> str | None:
    known = _subtags()
    if not known:  # without the registry only the form can be judged
        return said
    if kind == "language" and "qaa" <= said <= "qtz" and len(said) == 3:
        return "Private use"
    if kind == "region" and ("qm" <= said <= "qz" or "xa" <= said <= "xz") and len(said) == 2:
        return known["region"].get(said, "Private use")
    return known.get(kind, {}).get(said)


def media_types() -> list[str]:
    """Media types in use: those that files of known kinds have."""
    return sorted({one for one in mimetypes.types_map.values() if _MEDIA.fullmatch(one)})


def media_type(code: str) -> str | None:
    """The media type without its parameters; None for what is none."""
    if len(code) > 2 * _LONGEST or _MEDIA.fullmatch(code) is None:
        return None
    return code.partition(";")[0].strip()


def icd10_pair(code: str, usage: Callable[[str], str | None]) -> tuple[str, str] | None:
    """The two codes of ``J21.8+ B95.6*``, or the one of ``A17.0+`` and an empty text; None if it is no such code.

    ``usage`` says of a code ``dagger``, ``aster`` or nothing, and None if there is no such code. The cause comes first,
    with a dagger; what it shows itself as comes second: a code that WHO marks with an asterisk never stands first, and
    one that it marks with a dagger never second.
    """
    pair = _PAIR.fullmatch(code)
    if pair is not None:
        first, second = usage(pair[1]), usage(pair[2])
        if first is None or second is None or first == "aster" or second == "dagger":
            return None
        return pair[1], pair[2]
    single = _MARKED.fullmatch(code)
    if single is None:
        return None
    known = usage(single[1])
    marked = "aster" if code.endswith("*") else "dagger"
    return (single[1], "") if known is not None and known in ("", marked) else None
