"""Whether the judge sees single faults: every mutant judged, in both forms, and what came of it.

Caught: what the mutant adds to the findings on its original is exactly the finding meant for it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from lxml import etree

from termserver.model.documents import DocumentType
from termserver.model.findings import Report
from termserver.model.ports import Codes
from termserver.validation.mutants import Mutant, Mutants
from termserver.validation.shape import Shape
from termserver.validation.xml_message import write_xml

CAUGHT, BESIDES, OTHERWISE, SURVIVED, EXCUSED = "caught", "in company", "otherwise", "survived", "cannot be seen"
STATES = (CAUGHT, BESIDES, OTHERWISE, SURVIVED, EXCUSED)

Judge = Callable[[bytes], Report]
Found = frozenset[tuple[str, str]]
"""Rule and path of each finding."""


class Outcome(NamedTuple):
    """What came of one mutant in one form. ``found`` is what it adds to the findings on its original.

    In company: the meant finding and others. Otherwise: others alone. Survived: nothing. Cannot be
    seen: nothing, and ``reason`` says why nothing can be.
    """

    document_type: str
    form: str
    kind: str
    path: str
    state: str
    meant: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    reason: str = ""


def outcomes(
    document_type: DocumentType, examples: Sequence[bytes], codes: Codes, judge: Judge, every: int = 1
) -> Iterator[Outcome]:
    """What comes of every mutant of a document type, of each ``every``-th field only if asked.

    ``examples`` are its valid JSON documents.
    """
    shape = Shape(document_type)
    messages = [orjson.loads(data) for data in examples]
    known: dict[tuple[int, str], Found] = {}
    for mutant in Mutants(document_type, shape, codes, messages, every):
        for form in mutant.forms:
            key = (mutant.source, form)
            if key not in known:
                known[key] = _found(judge(written(messages[mutant.source], shape, form)))
            report = judge(written(mutant.message, shape, form))
            if mutant.kind == "dropped" and form == "json" and report.document_type != document_type.id:
                excuse = "without it the JSON is not known to be of this type"
                if report.document_type:
                    excuse += f"; it is judged as {report.document_type}"
                rules, found = tuple(sorted(mutant.rules)), tuple(sorted(_found(report)))
                yield Outcome(document_type.id, form, mutant.kind, mutant.path, EXCUSED, rules, found, excuse)
            else:
                yield _outcome(document_type.id, form, mutant, _found(report) - known[key])


def written(message: Any, shape: Shape, form: str) -> bytes:
    """The logical message as a document."""
    if form == "json":
        return orjson.dumps(message)
    return etree.tostring(write_xml(message, shape), encoding="utf-8")


def _found(report: Report) -> Found:
    return frozenset((finding.rule, finding.where.path) for finding in report.findings)


def _outcome(document_type: str, form: str, mutant: Mutant, found: Found) -> Outcome:
    meant = {one for one in found if _is_meant(one, mutant)}
    meant = {one for one in meant if one[0] in mutant.rules} or meant
    rest = {one for one in found - meant if not _of_what_was_built(one, mutant)}
    if meant:
        state = CAUGHT if len(meant) == 1 and not rest else BESIDES
    elif found and not (mutant.built and not rest):
        state = OTHERWISE
    else:
        state = EXCUSED if mutant.excuse else SURVIVED
    shown = sorted(meant | rest) if state in (CAUGHT, BESIDES) else sorted(found)
    reason = mutant.excuse if state == EXCUSED else ""
    return Outcome(
        document_type, form, mutant.kind, mutant.path, state, tuple(sorted(mutant.rules)), tuple(shown), reason
    )


def _is_meant(one: tuple[str, str], mutant: Mutant) -> bool:
    rule, path = one
    if mutant.kind in ("dropped", "empty") and path and (rule == "structure.empty" or "." not in rule):
        # nothing else is left in the part that held it, whoever's words say so
        return mutant.where.startswith(path)
    if rule in mutant.rules:
        return path.startswith(mutant.where)
    # a rule may say it in the engine's place: it misses an expected field, or has the words of the receiver's error
    return path == mutant.where and ("structure.expected" in mutant.rules or "." not in rule)


def _of_what_was_built(one: tuple[str, str], mutant: Mutant) -> bool:
    """Whether a finding is about a part that was made up: it lacks what else it should have, and rules ask for more."""
    return bool(mutant.built) and (one[1].startswith(mutant.built) or "." not in one[0])


def of_example(document_type: str, form: str, rule: str, report: Report) -> Outcome:
    """What came of an invalid example, a valid one that breaks ``rule`` and nothing else."""
    found = [(finding.rule, finding.where.path) for finding in report.findings]
    rules = {one for one, _ in found}
    state = CAUGHT if len(found) == 1 else BESIDES
    if rule not in rules:
        state = OTHERWISE if found else SURVIVED
    return Outcome(document_type, form, "rule", rule, state, (rule,), tuple(found))
