"""What the doctor found, in words."""

from collections.abc import Iterator
from typing import Any

from termserver.cli import concept_text

_WORDS = {
    "libraries": ("کتابخانه‌ها", "libraries"),
    "extras": ("افزوده‌ها", "extras"),
    "edition": ("ویراست", "edition"),
    "none": ("هیچ", "none"),
    "from": ("از", "from"),
    "content": ("محتوا", "content"),
    "systems": ("نظام‌های کدگذاری", "code systems"),
    "concepts": ("مفهوم", "concepts"),
    "complete": ("کامل", "complete"),
    "fragment": ("ناقص", "fragment"),
    "not-present": ("بی‌محتوا", "not-present"),
    "example": ("نمونه", "example"),
    "absent": ("در اینجا نیست", "not present"),
    "stand-ins": ("جایگزین‌ها", "stand-ins"),
    "types": ("نوع‌های سند", "document types"),
    "shelf": ("قفسه", "shelf"),
    "missing": ("کم است", "missing"),
    "nothing": ("چیزی کم نیست.", "Nothing is missing."),
}


def lines(found: dict[str, Any], language: str) -> Iterator[str]:
    """Yield the report, line by line."""
    say = {name: words[0] if language == "fa" else words[1] for name, words in _WORDS.items()}
    yield f"termserver {found['termserver']} · Python {found['python']} · {found['platform']}"
    yield f"{say['libraries']}: {', '.join(f'{name} {version}' for name, version in found['libraries'].items())}"
    yield f"{say['extras']}: {', '.join(('✓ ' if whole else '✗ ') + name for name, whole in found['extras'].items())}"
    if found["edition"] is None:
        yield f"{say['edition']}: {say['none']}"
    else:
        digest = concept_text.short(found["edition"]["digest"])
        yield f"{say['edition']}: {digest} {say['from']} {found['edition']['from']}"
        for pin in found["edition"]["releases"]:
            yield f"  {pin['name']} {pin['version']}  {pin['digest']}"
        yield from _content(found["content"], say)
    yield f"{say['shelf']}: {found['shelf']['folder']}"
    for release in found["shelf"]["releases"]:
        star = "*" if release["current"] else " "
        state = release["problem"] or concept_text.short(release["digest"])
        yield f"  {star} {release['name']} {release['version']}  {state}"
    for what, run in found["missing"]:
        yield f"{say['missing']}: {what.in_language(language)}\n    {run}"
    if not found["missing"]:
        yield say["nothing"]


def _content(content: dict[str, Any], say: dict[str, str]) -> Iterator[str]:
    counts = ", ".join(f"{number} {say.get(name, name)}" for name, number in sorted(content["systems"].items()))
    yield f"{say['content']}: {say['systems']}: {counts}; {content['concepts']:,} {say['concepts']}"
    if content["not_present"]:
        yield f"  {say['absent']}: {', '.join(content['not_present'])}"
    if content["stand_ins"]:
        yield f"  {say['stand-ins']}: " + ", ".join(f"{one} → {other}" for one, other in content["stand_ins"].items())
    yield f"  {say['types']}: {', '.join(content['document_types'])}"
