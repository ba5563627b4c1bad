"""The gates before a review: what a candidate must not do, each told with the code or file that is in its way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from termserver.comparison.changes import Area, Change, Effect
from termserver.content.problems import Problem
from termserver.model.codes import CodeSystemContent, ConceptMap, Content, Status
from termserver.model.findings import Severity, Verdict
from termserver.model.governance import Governance
from termserver.model.text import Text
from termserver.model.values import value
from termserver.service import TermServer

_LEAST_DRIFT = 20
"""A list of fewer codes may change as a whole."""


@value
class Stopped:
    """One thing that one gate does not let through."""

    gate: str
    item: str
    says: Text

    def as_json(self) -> dict[str, Any]:
        return {"gate": self.gate, "item": self.item, "message": self.says.as_json()}


def run(
    governance: Governance,
    changes: Sequence[Change],
    problems: Iterable[Problem],
    systems: Sequence[CodeSystemContent],
    maps: Sequence[ConceptMap],
    candidate: TermServer | None,
) -> list[Stopped]:
    """What the gates of the governance stop; those that are not named there are not asked."""
    asked = {gate.id: gate for gate in governance.gates}
    found = [*_problems(problems), *_codes(changes)]
    touched = {(one.subject, one.item) for one in changes if one.area is Area.CODES and one.kind != "removed"}
    found += _displays(systems, touched)
    found += _targets(systems, maps)
    found += _retired(systems, changes)
    if "drift" in asked:
        found += _drift(systems, changes, asked["drift"].most)
    if candidate is not None and "example.holds" in asked:
        found += _examples(candidate)
    return [one for one in found if one.gate in asked and asked[one.gate].blocks]


def _problems(problems: Iterable[Problem]) -> Iterator[Stopped]:
    for one in problems:
        if one.severity is Severity.ERROR:
            yield Stopped("content.check", f"{one.file}:{one.line}", one.message)


def _codes(changes: Sequence[Change]) -> Iterator[Stopped]:
    for one in changes:
        if one.area is not Area.CODES:
            continue
        item = f"{one.subject} {one.item}"
        if one.kind == "removed":
            yield Stopped(
                "code.removed",
                item,
                Text(
                    f"کد «{one.item}» در {one.subject} منتشر شده بود و دیگر نیست. سطر را نگه دارید و بازنشسته کنید.",
                    f"'{one.item}' was published in {one.subject} and is now gone. Keep the row and retire it.",
                ),
            )
        elif one.effect is Effect.MEANING and one.language != "en":
            yield Stopped(
                "code.meaning",
                item,
                Text(
                    f"کد «{one.item}» چیز دیگری شده است: «{one.before}» بود و «{one.after}» است. کد تازه بدهید.",
                    f"'{one.item}' now means something else: it was '{one.before}', is '{one.after}'. Give a new code.",
                ),
            )


def _displays(systems: Sequence[CodeSystemContent], touched: set[tuple[str, str]]) -> Iterator[Stopped]:
    for content in systems:
        id = content.system.id
        called: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for concept in content.concepts:
            if concept.status is not Status.ACTIVE:
                continue
            for language in ("fa", "en"):
                if name := getattr(concept.display, language):
                    called[language, name].append(concept.code)
        for concept in content.concepts:
            if (id, concept.code) not in touched:
                continue
            if not (concept.display.fa and concept.display.en):
                yield Stopped(
                    "display.missing",
                    f"{id} {concept.code}",
                    Text(
                        f"کد «{concept.code}» باید هم نام فارسی داشته باشد هم انگلیسی.",
                        f"'{concept.code}' needs a name in Persian and in English.",
                    ),
                )
            for language in ("fa", "en"):
                same = called.get((language, getattr(concept.display, language)), [])
                if len(same) > 1 and concept.code in same:
                    others = ", ".join(code for code in same if code != concept.code)
                    yield Stopped(
                        "display.duplicate",
                        f"{id} {concept.code}",
                        Text(
                            f"«{concept.code}» و «{others}» یک نام دارند.",
                            f"'{concept.code}' and '{others}' share a name.",
                        ),
                    )


def _targets(systems: Sequence[CodeSystemContent], maps: Sequence[ConceptMap]) -> Iterator[Stopped]:
    here = {content.system.id: content for content in systems if content.system.content is Content.COMPLETE}
    for known in maps:
        target = here.get(known.target_system)
        if target is None:
            continue
        active = {concept.code for concept in target.concepts if concept.status is Status.ACTIVE}
        for row in known.mappings:
            if row.target_code and row.target_code not in active:
                yield Stopped(
                    "map.target",
                    f"{known.id} {row.source_code}",
                    Text(
                        f"مقصد «{row.target_code}» در {known.target_system} نیست یا برقرار نیست.",
                        f"The target '{row.target_code}' is not in {known.target_system}, or not in force.",
                    ),
                )


def _retired(systems: Sequence[CodeSystemContent], changes: Sequence[Change]) -> Iterator[Stopped]:
    retired = {(one.subject, one.item) for one in changes if one.kind == "retired"}
    for content in systems:
        for concept in content.concepts:
            if (content.system.id, concept.code) in retired and not (concept.replaced_by or concept.period.end):
                yield Stopped(
                    "retired.successor",
                    f"{content.system.id} {concept.code}",
                    Text(
                        f"«{concept.code}» بازنشسته شده و نه جانشین دارد نه روز پایان.",
                        f"'{concept.code}' is retired and has neither a successor nor a last day.",
                    ),
                )


def _drift(systems: Sequence[CodeSystemContent], changes: Sequence[Change], most: float) -> Iterator[Stopped]:
    for content in systems:
        id, size = content.system.id, len(content.concepts)
        count = len({one.item for one in changes if one.area is Area.CODES and one.subject == id})
        if size >= _LEAST_DRIFT and count > size * most:
            share = f"{100 * count / size:.0f}"
            yield Stopped(
                "drift",
                id,
                Text(
                    f"{count} کد از {size} کد {id} عوض شده است ({share}٪). آیا همین خواسته شده بود؟",
                    f"{count} of {size} codes of {id} changed ({share} %). Is that what was meant?",
                ),
            )


def _examples(candidate: TermServer) -> Iterator[Stopped]:
    for release in candidate.releases:
        for path in release.artefact_paths("example"):
            report = candidate.check_document(release.artefact(path) or b"", name=path)
            if report.verdict is Verdict.REJECTED:
                rule = next((one.rule for one in report.findings if one.severity is Severity.ERROR), "")
                yield Stopped(
                    "example.holds",
                    path,
                    Text(f"نمونهٔ درست {path} رد می‌شود: {rule}", f"The valid example {path} is rejected: {rule}"),
                )
