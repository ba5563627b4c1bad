"""Two versions of a code system, field by field: what was said otherwise, and whether it means something else."""

import re
from collections.abc import Iterator

from termserver.comparison.changes import Area, Change, Effect
from termserver.model.codes import Concept, Status
from termserver.model.fold import fold, key, parts
from termserver.model.text import Text
from termserver.terminology.comparison import Difference


def changes_of(system: str, difference: Difference) -> Iterator[Change]:
    """Every change of one code, the weightiest first."""
    before, after = difference.before, difference.after
    if before is None and after is not None:
        yield _change(system, after, "added", Effect.COMPATIBLE, after=_name(after))
    elif after is None and before is not None:
        yield _change(system, before, "removed", Effect.BREAKING, before=_name(before))
    elif before is not None and after is not None:
        yield from _standing(system, before, after)
        yield from _displays(system, before, after)
        if before.parents != after.parents:
            told = ", ".join(before.parents), ", ".join(after.parents)
            yield _change(system, after, "moved", Effect.UNKNOWN, "parents", before=told[0], after=told[1])
        yield from _lists(system, before, after)


def keeps_meaning(before: Text, after: Text) -> bool:
    """Whether a name still says the same: in some language it has the same words, in whatever order and spelling.

    Spelling is what search folds as well: letters, digits and case, half-spaces, hyphens, punctuation. Numbers and the
    signs that say something (A+ is not A-, 0.5 not 5.0) stay as they are. A translation that is mended changes one
    language and leaves the other; a code that is given to another thing changes all of them.
    """
    both = [(one, other) for one, other in ((before.fa, after.fa), (before.en, after.en)) if one and other]
    return not both or any(_same_words(one, other) for one, other in both)


def _same_words(one: str, other: str) -> bool:
    if _SAID_EXACTLY(fold(one)) != _SAID_EXACTLY(fold(other)):
        return False
    return key(one) == key(other) or sorted(parts(one)) == sorted(parts(other))


_SAID_EXACTLY = re.compile(r"\d+(?:[.,/٫٬]\d+)*|[+<>=≤≥±]|(?<=\w)[-−](?!\w)").findall


def _standing(system: str, before: Concept, after: Concept) -> Iterator[Change]:
    if before.status is not after.status:
        if after.status is Status.RETIRED:
            yield _change(
                system, after, "retired", Effect.STRICTER, "status", before=str(before.status), after="retired"
            )
        else:
            yield _change(
                system, after, "reinstated", Effect.LOOSER, "status", before="retired", after=str(after.status)
            )
    if before.replaced_by != after.replaced_by:
        told = ", ".join(before.replaced_by), ", ".join(after.replaced_by)
        yield _change(system, after, "replaced", Effect.COMPATIBLE, "replaced_by", before=told[0], after=told[1])
    if before.period != after.period:
        shorter = (after.period.start > before.period.start) or (
            bool(after.period.end) and (not before.period.end or after.period.end < before.period.end)
        )
        effect = Effect.STRICTER if shorter else Effect.LOOSER
        told = f"{before.period.start}–{before.period.end}", f"{after.period.start}–{after.period.end}"
        yield _change(system, after, "changed", effect, "period", before=told[0], after=told[1])


def _displays(system: str, before: Concept, after: Concept) -> Iterator[Change]:
    effect = Effect.WORDING if keeps_meaning(before.display, after.display) else Effect.MEANING
    for language in ("fa", "en"):
        was, now = getattr(before.display, language), getattr(after.display, language)
        if was != now:
            yield _change(system, after, "changed", effect, "display", language, was, now)


def _lists(system: str, before: Concept, after: Concept) -> Iterator[Change]:
    """Names and properties that came or went; a property whose only value is another one is one change."""
    had = {(one.language, one.use, one.value) for one in before.designations}
    has = {(one.language, one.use, one.value) for one in after.designations}
    for language, use, text in sorted(had - has):
        yield _change(system, after, "changed", Effect.WORDING, f"designation {use}", language, before=text)
    for language, use, text in sorted(has - had):
        yield _change(system, after, "changed", Effect.WORDING, f"designation {use}", language, after=text)
    codes = sorted({one.code for one in (*before.properties, *after.properties)})
    for code in codes:
        was = [_valued(one.value, one.period.start, one.period.end) for one in before.properties if one.code == code]
        now = [_valued(one.value, one.period.start, one.period.end) for one in after.properties if one.code == code]
        if was != now:
            gone = "; ".join(one for one in was if one not in now)
            come = "; ".join(one for one in now if one not in was)
            yield _change(system, after, "changed", Effect.UNKNOWN, code, before=gone, after=come)
    if before.source != after.source:
        yield _change(system, after, "changed", Effect.WORDING, "source", before=before.source, after=after.source)


def _valued(said: str, start: str, end: str) -> str:
    return f"{said} ({start}–{end})" if start or end else said


def _name(concept: Concept) -> str:
    return " — ".join(text for text in (concept.display.fa, concept.display.en) if text)


def _change(
    system: str,
    concept: Concept,
    kind: str,
    effect: Effect,
    field: str = "",
    language: str = "",
    before: str = "",
    after: str = "",
) -> Change:
    return Change(Area.CODES, system, concept.code, kind, effect, field, language, before, after)
