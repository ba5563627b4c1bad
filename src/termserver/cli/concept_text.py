"""Hits and concepts in words, for people at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from termserver.model.days import jalali_text
from termserver.model.releases import Edition


def hits(found: Sequence[dict[str, Any]], language: str) -> Iterator[str]:
    """Yield one line per hit: system, code, name, and the name in the other language."""
    systems = max((len(hit["system"]) for hit in found), default=0)
    codes = max((len(hit["code"]) for hit in found), default=0)
    for hit in found:
        here, there = ("display_fa", "display_en") if language == "fa" else ("display_en", "display_fa")
        names = [name for name in (hit.get(here), hit.get(there)) if name] or [hit.get("display", "")]
        notes = [_status(hit["status"], language)] if hit["status"] != "active" else []
        if hit.get("stand_in_for"):
            notes.append(_stand_in(hit["stand_in_for"], language))
        if "why" in hit:
            notes.append(f"{hit['why']['match']}: {hit['why']['says'][language]}")
        shown = " — ".join(dict.fromkeys(names)) + (f"  [{', '.join(notes)}]" if notes else "")
        yield f"{hit['system']:<{systems}}  {hit['code']:<{codes}}  {shown}"


_LOOSENED = {
    "prefixes": ("هر واژه آغاز واژه‌ای گرفته شد", "every word was taken as the beginning of one"),
    "code": ("کد بی‌حرف نخست", "codes without their first letters"),
    "layout": ("صفحه‌کلید دیگر", "the keyboard's other layout"),
    "spelling": ("با خطای تایپ", "with typing errors"),
    "transliteration": ("فارسی با حروف لاتین", "Persian in Latin letters"),
    "meant": ("نام‌هایی که چنین ادامه می‌یابند", "names that go on so"),
    "partial": ("بهترین یافته‌ها با بخشی از واژه‌ها", "the best partial matches"),
}


def loosened(how: str, meant: str, language: str) -> str:
    """How a query was read that found nothing as typed."""
    fa, en = _LOOSENED.get(how, (how, how))
    if language == "fa":
        return f"به همین شکل یافته‌ای نبود؛ {fa}" + (f": «{meant}»" if meant else "")
    return f"Nothing matched as typed; {en}" + (f": '{meant}'" if meant else "")


def facets(found: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield one line per facet: its values with their numbers."""
    for name, counts in found.items():
        told = (
            f"{one.value}{f' ({one.title.in_language(language)})' if str(one.title) else ''}: {one.count:,}"
            for one in counts
        )
        yield f"{name}  {', '.join(told)}"


def total(shown: int, offset: int, found: int, edition: Edition, language: str) -> str:
    """The line under the hits: how many there are, and in which edition."""
    where = labels(edition)
    if not found:
        return f"هیچ یافته‌ای در {where} نیست." if language == "fa" else f"Nothing found in {where}."
    if language == "fa":
        return f"{offset + 1} تا {offset + shown} از {found:,} یافته در {where}"
    return f"{offset + 1} to {offset + shown} of {found:,} found in {where}"


def labels(edition: Edition) -> str:
    """The releases of an edition, and the beginning of the digest that names it."""
    pins = ", ".join(f"{pin.name} {pin.version}" for pin in edition.releases)
    return f"{pins} [edition {short(edition.digest)}]"


def current(edition: Edition, language: str) -> str:
    """What answers from now on."""
    return f"ویراست کنونی: {labels(edition)}" if language == "fa" else f"The current edition: {labels(edition)}"


def short(digest: str) -> str:
    """A digest as it is shown beside a name."""
    return digest[:12]


def _status(status: str, language: str) -> str:
    return {"active": "فعال", "retired": "بازنشسته"}.get(status, status) if language == "fa" else status


def _stand_in(system: str, language: str) -> str:
    return f"به جای {system}" if language == "fa" else f"stands in for {system}"


_LABELS = {
    "status": ("وضعیت", "status"),
    "period": ("دوره", "period"),
    "replaced_by": ("به جای آن", "replaced by"),
    "ancestors": ("زیرِ", "under"),
    "children": ("زیرمجموعه", "above"),
    "designations": ("نام دیگر", "also"),
    "source": ("مأخذ", "source"),
    "from": ("انتشار", "release"),
}
_MOST = 12


def concept(shown: dict[str, Any], language: str) -> Iterator[str]:
    """Yield the lines of one concept, as ``ConceptDetail.as_json`` tells it."""
    other = shown["display_fa" if language != "fa" else "display_en"]
    names = " — ".join(dict.fromkeys(name for name in (shown["display"], other) if name))
    yield f"{shown['system']} {shown['code']}  {names}"
    for label, value in _said(shown, language):
        yield f"  {label}: {value}".replace("\n", "\n    ")


def _said(shown: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    label = {name: words[0] if language == "fa" else words[1] for name, words in _LABELS.items()}
    status = _status(shown["status"], language)
    if shown.get("stand_in_for"):
        status += f", {_stand_in(shown['stand_in_for'], language)}"
    if shown.get("on"):
        status += f" ({shown['on']}, {jalali_text(shown['on'])}: {shown['state']})"
    yield label["status"], status
    if shown["period"]:
        yield label["period"], _period(shown["period"])
    for name in ("replaced_by", "ancestors", "children"):
        if shown[name]:
            yield label[name], _named(shown[name], " < " if name == "ancestors" else "; ")
    for designation in shown["designations"]:
        yield label["designations"], f"{designation['value']} ({designation['use']}, {designation['language']})"
    for prop in shown["properties"]:
        title = prop["title"]["fa" if language == "fa" else "en"] or prop["code"]
        yield title, prop["value"] + (f" ({_period(prop['period'])})" if prop["period"] else "")
    if shown["source"]:
        yield label["source"], shown["source"]
    yield label["from"], f"{shown['from']['name']} {shown['from']['version']} ({short(shown['from']['digest'])})"


def _named(concepts: Sequence[dict[str, Any]], between: str) -> str:
    shown = between.join(f"{one['code']} {one['display']}".strip() for one in concepts[:_MOST])
    return shown + (f" … +{len(concepts) - _MOST}" if len(concepts) > _MOST else "")


def _period(period: dict[str, str]) -> str:
    return f"{period['start'] or '…'} – {period['end'] or '…'}"
