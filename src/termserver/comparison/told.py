"""A comparison as people read it: as text, as a workbook, as the draft of release notes."""

from collections.abc import Iterator
from pathlib import Path

from termserver.comparison.changes import AREAS, EFFECTS, KINDS, Area, Change, Effect, tally
from termserver.comparison.releases import Comparison
from termserver.formats import xlsx
from termserver.model.releases import Edition
from termserver.model.text import Text

MOST = 40
"""So many changes of one subject are shown in text; a workbook and JSON hold them all."""
_ALARMING = (Effect.BREAKING, Effect.MEANING, Effect.STRICTER)


def lines(found: Comparison, language: str, most: int = MOST) -> Iterator[str]:
    """Yield the comparison as text: areas, under them subjects, under them changes."""
    yield f"{_labels(found.before)} → {_labels(found.after)}"
    if not found.changes:
        yield "هیچ فرقی نیست." if language == "fa" else "Nothing differs."
        return
    for area in Area:
        subjects: dict[str, list[Change]] = {}
        for one in found.changes:
            if one.area is area:
                subjects.setdefault(one.subject, []).append(one)
        if subjects:
            yield f"\n{AREAS[area].in_language(language)}"
        for subject, changes in subjects.items():
            yield f"  {subject}: {_counted(changes, language)}"
            for one in changes[:most]:
                yield f"    {line(one, language)}"
            if len(changes) > most:
                left = f"{len(changes) - most:,}"
                yield f"    … {left} تای دیگر" if language == "fa" else f"    … {left} more"


def line(one: Change, language: str) -> str:
    """One change in a line: what became of what, and its effect."""
    kind = KINDS[one.kind].in_language(language)
    what = f" {one.field}" if one.field else ""
    what += f" ({one.language})" if one.language else ""
    if one.before and one.after:
        told = f": «{one.before}» → «{one.after}»" if language == "fa" else f": '{one.before}' → '{one.after}'"
    elif one.before or one.after:
        told = f": {one.before or one.after}"
    else:
        told = ""
    return f"{one.item}{what} {kind}{told} [{EFFECTS[one.effect].in_language(language)}]"


def write_workbook(found: Comparison, path: Path, language: str) -> None:
    """Write a workbook: an overview, then a sheet for each area with every change."""
    fa = language == "fa"
    head = (
        ("بخش", "مورد", "فیلد", "زبان", "چه شد", "اثر", "پیش از این", "اکنون")
        if fa
        else ("subject", "item", "field", "language", "what", "effect", "before", "after")
    )
    overview: list[tuple[xlsx.Cell, ...]] = [
        ("بخش", "موضوع", "چه شد", "شمار") if fa else ("area", "subject", "what", "count")
    ]
    for (area, subject, kind), count in tally(found.changes).items():
        overview.append((AREAS[area].in_language(language), subject, KINDS[kind].in_language(language), count))
    sheets = [("نما" if fa else "Overview", overview)]
    for area in Area:
        rows = [_row(one, language) for one in found.changes if one.area is area]
        if rows:
            sheets.append((AREAS[area].in_language(language), [head, *rows]))
    xlsx.write(path, sheets, right_to_left=fa)


def _row(one: Change, language: str) -> tuple[xlsx.Cell, ...]:
    kind, effect = KINDS[one.kind].in_language(language), EFFECTS[one.effect].in_language(language)
    return one.subject, one.item, one.field, one.language, kind, effect, one.before, one.after


def notes(found: Comparison, titles: dict[str, Text] | None = None) -> Text:
    """The draft of release notes in both languages: what to watch first, then what is new, then the counts."""
    return Text(_notes(found, "fa", titles or {}), _notes(found, "en", titles or {}))


def _notes(found: Comparison, language: str, titles: dict[str, Text]) -> str:
    fa = language == "fa"
    new = ", ".join(pin.name + " " + pin.version for pin in found.after.releases if pin not in found.before.releases)
    said = [f"# {new}", ""]
    alarming = [one for one in found.changes if one.effect in _ALARMING]
    said.append("## پیش از به‌کارگیری بخوانید" if fa else "## Read this before you use it")
    if not alarming:
        said.append("چیزی که درست بود نادرست نشده است." if fa else "Nothing that was right has become wrong.")
    for effect in _ALARMING:
        said += [f"- {_titled(one, titles, language)}{line(one, language)}" for one in _first(alarming, effect)]
        left = sum(1 for one in alarming if one.effect is effect) - MOST
        if left > 0:
            words = EFFECTS[effect].in_language(language)
            said.append(f"- … {left:,} تای دیگر ({words})" if fa else f"- … {left:,} more ({words})")
    said += ["", "## آنچه عوض شد" if fa else "## What has changed"]
    for (area, subject, kind), count in tally(found.changes).items():
        title = titles[subject].in_language(language) if subject in titles else subject
        kinds = KINDS[kind].in_language(language)
        said.append(f"- {AREAS[area].in_language(language)} · {title}: {count:,} {kinds}")
    return "\n".join(said) + "\n"


def _first(changes: list[Change], effect: Effect) -> list[Change]:
    return [one for one in changes if one.effect is effect][:MOST]


def _titled(one: Change, titles: dict[str, Text], language: str) -> str:
    title = titles[one.subject].in_language(language) if one.subject in titles else one.subject
    return "" if one.subject == one.item else f"{title}: "


def _counted(changes: list[Change], language: str) -> str:
    counts: dict[str, int] = {}
    for (_, _, kind), count in tally(changes).items():
        counts[kind] = counts.get(kind, 0) + count
    return ("، " if language == "fa" else ", ").join(
        f"{count:,} {KINDS[kind].in_language(language)}" for kind, count in counts.items()
    )


def _labels(edition: Edition) -> str:
    return ", ".join(f"{pin.name} {pin.version} ({pin.digest[:8]})" for pin in edition.releases)
