"""What may be told beside a hit: which of its letters were meant, and why it stands where it does."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from termserver.model.fold import fold, key
from termserver.model.text import Text
from termserver.search.kinds import Reading

WHY = {
    "code": Text("خود کد", "the code itself"),
    "title": Text("خود عنوان", "the whole title"),
    "meant-code": Text("کد همان چیزی که گفته شد (واژه‌نامه)", "the code of what was said (glossary)"),
    "meant-below": Text("گونه‌ای از آنچه گفته شد (واژه‌نامه)", "a part of what was said (glossary)"),
    "meant-begins": Text("عنوان با آنچه گفته شد آغاز می‌شود", "the title begins with what was said (glossary)"),
    "meant-as-said": Text(
        "عنوان با همین نام به خط لاتین آغاز می‌شود", "the title begins with the name in Latin letters"
    ),
    "title-words": Text("همهٔ واژه‌های عنوان، به هر ترتیب", "all words that tell in the title, in any order"),
    "meant-title": Text("عنوان همان چیزی که گفته شد (واژه‌نامه)", "the title of what was said (glossary)"),
    "title-rest": Text("عنوانِ «سایر» همین", "the title of the rest of it ('Other ...')"),
    "meant-title-rest": Text("عنوانِ «سایرِ» آنچه گفته شد", "the title of the rest of what was said (glossary)"),
    "name": Text("خود نامی دیگر", "another whole name"),
    "meant-name": Text("خود نامی دیگر از آنچه گفته شد", "another whole name of what was said (glossary)"),
    "title-begins": Text("عنوان با همین واژه‌ها آغاز می‌شود", "the title begins with these words"),
    "title-head": Text("عنوان گونه‌ای از همین است", "the title names a kind of it"),
    "begins": Text("کد یا عنوان چنین آغاز می‌شود", "the code or the title begins so"),
    "first-word": Text("همهٔ واژه‌ها در عنوان، یکی در آغاز آن", "all words in the title, one of them first"),
    "first-word-begun": Text("همهٔ واژه‌ها در عنوان، آخری نیمه", "all words in the title, one first, the last begun"),
    "meant-first-word": Text("عنوان با آنچه گفته شد آغاز می‌شود", "the title begins with what was said (glossary)"),
    "words": Text("همهٔ واژه‌ها در عنوان", "all words in the title"),
    "words-begun": Text("همهٔ واژه‌ها در عنوان، آخری نیمه", "all words in the title, the last one begun"),
    "meant": Text("آنچه گفته شد در عنوان است", "what was said is in the title (glossary)"),
    "meant-less": Text("آنچه گفته شد، بی صفت‌هایش", "what was said, without what narrows it (glossary)"),
    "code-tail": Text("کد بی‌حرف نخست", "the code without its first letters"),
    "other-names": Text("همهٔ واژه‌ها، برخی در نام‌های دیگر", "all words, some of them in other names"),
    "meant-other-names": Text("آنچه گفته شد در نام‌های دیگر است", "what was said is in other names (glossary)"),
    "other-names-begun": Text("همهٔ واژه‌ها، آخری نیمه", "all words, the last one begun, some in other names"),
    "partial": Text("بیشتر واژه‌ها", "most of the words"),
    "titles": Text("در عنوان‌ها", "in the titles"),
    "rest": Text("در نام‌های دیگر", "in other names"),
}
"""What the kinds of match are called, for people."""

_RUN = re.compile(r"[^\W_]+(?:[\u200c\u064b-\u065f\u0670'’-]+[^\W_]+)*[\u064b-\u065f\u0670]*")


def explained(hit: bytes, kind: str, system_weight: int, place: int, used: int = 0) -> bytes:
    """The hit with why it stands where it does: the kind of match, how often it is picked (0: no more than others), the
    weight of its system, its place there."""
    said = WHY.get(kind, Text())
    why: dict[str, Any] = {
        "match": kind,
        "says": {"fa": said.fa, "en": said.en},
        "weight": system_weight,
        "place": place,
    }
    if used:
        why["picked"] = used
    return hit[:-1] + b',"why":' + orjson.dumps(why) + b"}"


def asked_words(reading: Reading) -> frozenset[str]:
    """The words that a hit may have been found by."""
    found: set[str] = set()
    for chunk in reading.text.chunks:
        for one in (chunk, *chunk.others):
            found.update((*one.parts, one.joined))
    for group in reading.groups:
        found.update(word for name in group.names for word in name)
    return frozenset(found)


def marked(hit: bytes, words: Iterable[str]) -> bytes:
    """The hit with the places of the words in its displays: pairs of first and end, counted in characters."""
    known = tuple(word for word in words if word)
    said: dict[str, Any] = orjson.loads(hit)
    marks = {name: places(said[name], known) for name in ("display", "display_fa", "display_en") if said.get(name)}
    return hit[:-1] + b',"marks":' + orjson.dumps({name: some for name, some in marks.items() if some}) + b"}"


def places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where words of the text begin with one of the words: first character and end (not included)."""
    exact = set(words)
    begun = tuple(word for word in words if len(word) > 1)
    found = []
    for run in _RUN.finditer(text):
        whole = key(run.group())
        parts = re.findall(r"[^\W_]+", fold(run.group()))
        if whole in exact or whole.startswith(begun) or any(p in exact or p.startswith(begun) for p in parts):
            found.append(run.span())
    return found
