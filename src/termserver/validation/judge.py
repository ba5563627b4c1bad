"""From the bytes of a document to the report on it.

parse → type → the document's own day → the rule set in force → structure → codes, identifiers,
dates and rules → findings with their places → verdict. Only a document with findings pays for
explanations and places.
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from termserver.model.days import Day, parse_day
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.findings import CheckedShare, Finding, Layer, Location, Report, Severity, Verdict
from termserver.model.ports import Codes
from termserver.model.text import Text
from termserver.parsing import gate
from termserver.parsing.faults import Unreadable
from termserver.validation import identify
from termserver.validation.checks import Checks
from termserver.validation.dates import day_of
from termserver.validation.identify import KnownType, Unidentified
from termserver.validation.rule_code import Compiled, RuleWriter
from termserver.validation.run import Enough, Run
from termserver.validation.shape import Shape
from termserver.validation.structure import json_engine, xml_engine
from termserver.validation.walker import Walker

FINDING_LIMIT = 1000
"""Findings per document; a document with more is reported with ``complete: false``."""

_DATE_ERROR = 1


class Documents:
    """Judges documents of the given types against one terminology; immutable and safe to share between threads.

    ``types`` are ``KnownType`` or (DocumentType, its rule sets, its schema files by name).
    """

    def __init__(
        self,
        types: Sequence[KnownType | tuple[DocumentType, Sequence[RuleSet], Callable[[str], bytes]]],
        codes: Codes,
        byte_limit: int = gate.BYTE_LIMIT,
        finding_limit: int = FINDING_LIMIT,
    ) -> None:
        self.types = tuple(known if isinstance(known, KnownType) else KnownType.of(*known) for known in types)
        self._codes = codes
        self._byte_limit = byte_limit
        self._finding_limit = finding_limit
        self._judges: dict[tuple[str, str], _TypeJudge] = {}
        self._lock = threading.Lock()

    def check(
        self,
        data: bytes,
        name: str = "",
        type: str = "",
        engine: str = "fast",
        as_of: str = "",
        require_checked: bool = False,
        show_values: bool = False,
    ) -> Report:
        """The report on one document.

        ``type`` is asked for only where the document does not tell it; ``engine`` is ``fast`` or
        ``reference``; ``as_of`` (a day) replaces the document's own date; ``require_checked`` makes
        a document undecided whose codes could not all be checked; ``show_values`` shows in excerpts
        what is masked by default. Raise UsageError for an unknown engine or a day that is none, and
        UnknownDocumentType for an unknown ``type``.
        """
        given_day = parse_day(as_of) if as_of else ""
        told = identify.named(self.types, type) if type else None
        case = _Case(data, name, engine, given_day, show_values, self._finding_limit)
        try:
            kind = gate.kind_of(data, self._byte_limit)
            known = self._identified(case, kind, told)
            if isinstance(known, Unidentified):
                return case.unidentified(known)
            return self._judged(case, known, require_checked)
        except Unreadable as fault:
            return case.unreadable(fault)

    def _identified(self, case: "_Case", kind: str, told: KnownType | None) -> KnownType | Unidentified:
        case.kind = kind
        if told is not None and isinstance(fitting := identify.of_form(told, kind), Unidentified):
            return fitting
        if kind == "xml":
            from termserver.parsing import xml

            case.tree = xml.parse(case.data)
            return told or identify.of_xml(self.types, case.tree)
        from termserver.parsing import json

        case.tree = json.parse(case.data)
        return told or identify.of_json(self.types, case.tree)

    def _judged(self, case: "_Case", known: KnownType, require_checked: bool) -> Report:
        judge = self._judge(known)
        message = judge.read(case)
        rule_set = judge.rule_set_for(case, message)
        if rule_set is None:
            return case.no_rule_set(known)
        if rule_set.schema_version != known.version:
            other = next(
                (one for one in self.types if (one.id, one.version) == (known.id, rule_set.schema_version)), None
            )
            if other is not None:
                judge, known = self._judge(other), other
                message = judge.read(case)
        judge.check(case, message, rule_set)
        return case.report(known, require_checked)

    def _judge(self, known: KnownType) -> "_TypeJudge":
        key = (known.id, known.version)
        judge = self._judges.get(key)
        if judge is None:
            with self._lock:
                judge = self._judges.get(key)
                if judge is None:
                    judge = self._judges[key] = _TypeJudge(known, self._codes, self._finding_limit)
        return judge


class _TypeJudge:
    """What judges the documents of one type in one version; its parts are made when first needed."""

    def __init__(self, known: KnownType, codes: Codes, finding_limit: int) -> None:
        self._known = known
        self._type = known.document_type()
        self._codes = codes
        self._shape = Shape(self._type)
        self._rule_sets = sorted(known.rule_sets(), key=lambda rule_set: (rule_set.period.start, rule_set.version))
        self._finding_limit = finding_limit
        self._walker = Walker(self._shape, finding_limit)
        self._checks = Checks(self._shape, codes)
        self._rules: dict[str, Compiled] = {}
        self._engines: dict[tuple[str, str], Any] = {}
        self._xml: Any = None
        self._lock = threading.Lock()

    def read(self, case: "_Case") -> Any:
        """The logical message, as the sender spelled it."""
        if case.kind == "json":
            return case.tree
        if self._xml is None:
            from termserver.validation.xml_message import XmlMessages

            self._xml = XmlMessages(self._shape)
        return self._xml.read(case.tree)

    def rule_set_for(self, case: "_Case", message: Any) -> RuleSet | None:
        """The rule set in force on the document's day; the newest, with a finding, where the day cannot be read."""
        if not self._rule_sets:
            return None
        newest = self._rule_sets[-1]
        case.day, path = _stated_day(newest, message)
        if case.given_day:
            case.day = case.given_day
        elif not case.day:
            case.unread_day = path or newest.day[0] if newest.day else ""
            return newest
        return next((one for one in reversed(self._rule_sets) if one.period.holds(case.day)), None)

    def check(self, case: "_Case", message: Any, rule_set: RuleSet) -> None:
        message = self._structure(case, message)
        if case.stopped:
            return
        run = Run(message, case.day or "9999-12-31", case.given_day, self._finding_limit)
        try:
            case.codes = self._checks.run(message, run)
            self._rules_of(rule_set)(message, run)
        except Enough:
            case.stopped = True
        # a value that is wrong in itself was left out; a rule that misses it there would say it twice
        faulty = {finding.where.path for finding in case.findings if finding.severity is Severity.ERROR}
        case.findings += [one for one in run.findings if one.layer is not Layer.RULE or one.where.path not in faulty]
        case.unchecked = run.unchecked

    def _structure(self, case: "_Case", message: Any) -> Any:
        """The message to judge further; structural faults go into the case."""
        engine = self._engine(case.kind, case.engine)
        if case.kind == "xml":
            if engine.accepts(case.tree, case.data):
                return message
        elif engine.accepts(message):
            return message
        return self._explained(case, message, engine)

    def _explained(self, case: "_Case", message: Any, engine: Any) -> Any:
        if case.kind == "json":
            from termserver.validation.forms import canonical_json

            message = canonical_json(message, self._shape, case.data)
        walk = self._walker.walk(message)
        case.findings += walk.findings
        if walk.stopped:
            case.stopped = True
            return walk.message
        if case.kind == "xml":
            from termserver.validation.xml_order import order_faults

            case.findings += order_faults(case.tree, self._shape)
        if any(finding.severity is Severity.ERROR for finding in case.findings):
            return walk.message
        # nothing is wrong with what it says: the engine judges it again in the canonical spelling
        if case.kind == "xml":
            from termserver.validation.xml_message import write_xml

            tree: Any = write_xml(walk.message, self._shape)
            accepted = engine.accepts(tree, None)
        else:
            tree = walk.message
            accepted = engine.accepts(tree)
        if not accepted:
            from termserver.validation import wording

            said, hint = wording.engine_says(engine.words(tree))
            case.add("structure.schema", Layer.STRUCTURE, Severity.ERROR, said, "", hint, 4)
        return walk.message

    def _engine(self, kind: str, engine: str) -> Any:
        key = (kind, engine)
        known = self._engines.get(key)
        if known is None:
            with self._lock:
                known = self._engines.get(key)
                if known is None:
                    make = xml_engine if kind == "xml" else json_engine
                    known = self._engines[key] = make(engine, self._type, self._known.files)
        return known

    def _rules_of(self, rule_set: RuleSet) -> Compiled:
        known = self._rules.get(rule_set.version)
        if known is None:
            with self._lock:
                known = self._rules.get(rule_set.version)
                if known is None:
                    known = self._rules[rule_set.version] = RuleWriter(self._type, self._codes).compile(rule_set.rules)
        return known


def _stated_day(rule_set: RuleSet, message: Any) -> tuple[Day, str]:
    """The first day that the message states where the rule set looks for it, and that path; the path of the
    first unreadable one where none can be read."""
    unread = ""
    for path in rule_set.day:
        value = message
        for name in path.split("."):
            value = _member(value, name)
        if value is None:
            continue
        day = day_of(value) or day_of(_canonical_date(value))
        if day:
            return day, path
        unread = unread or path
    return "", unread


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    lowered = name.lower()
    return next((member for key, member in value.items() if key.lower() == lowered), None)


def _canonical_date(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return {name: _member(value, name) for name in ("Year", "Month", "Day")}


class _Case:
    """One document on its way to its report."""

    def __init__(
        self, data: bytes, name: str, engine: str, given_day: Day, show_values: bool, finding_limit: int
    ) -> None:
        self.data = data
        self.name = name
        self.engine = engine
        self.given_day = given_day
        self.kind = ""
        self.tree: Any = None
        self.day: Day = ""
        self.unread_day = ""
        self.findings: list[Finding] = []
        self.codes = 0
        self.unchecked: dict[str, int] = {}
        self.stopped = False
        self._show_values = show_values
        self._limit = finding_limit

    def add(
        self,
        rule: str,
        layer: Layer,
        severity: Severity,
        message: Text,
        path: str,
        hint: Text | None = None,
        category: int | None = None,
    ) -> None:
        self.findings.append(Finding(rule, layer, severity, message, Location(path), hint, category))

    # the ways a document ends

    def unreadable(self, fault: Unreadable) -> Report:
        from termserver.parsing.excerpt import Excerpts

        text = self.data[: 4 * gate.BYTE_LIMIT].decode("utf-8", "replace").removeprefix("\ufeff")
        offset = 0
        for _ in range(fault.line - 1):
            offset = text.find("\n", offset) + 1
        window, caret = Excerpts(text, "", not self._show_values).at(offset + fault.column - 1)
        finding = Finding(
            fault.rule,
            Layer.SYNTAX,
            Severity.ERROR,
            fault.text,
            Location("", fault.line, fault.column),
            fault.hint,
            16,
            window,
            caret,
        )
        verdict = Verdict.UNDECIDED if fault.budget else Verdict.REJECTED
        return self._report(verdict, (finding,), complete=not fault.budget)

    def unidentified(self, why: Unidentified) -> Report:
        self.add(why.rule, Layer.STRUCTURE, Severity.ERROR, why.message, "", why.hint, 15)
        return self._report(Verdict.UNDECIDED, self._placed(), complete=False)

    def no_rule_set(self, known: KnownType) -> Report:
        self.add(
            "document.no-rule-set",
            Layer.STRUCTURE,
            Severity.ERROR,
            Text(
                fa=f"برای «{known.title.fa}» در این تاریخ قاعده‌ای در اعتبار نیست.",
                en=f"No rule set for {known.title.en} is in force on {self.day or 'that day'}.",
            ),
            "",
            Text(fa="تاریخ سند را بنگرید، یا --as-of بدهید.", en="Check the document's date, or give --as-of."),
        )
        return self._report(Verdict.UNDECIDED, self._placed(), known, complete=False)

    def report(self, known: KnownType, require_checked: bool) -> Report:
        if self.unread_day:
            self._miss_day()
        unchecked = sum(self.unchecked.values())
        share = CheckedShare(self.codes, self.codes - unchecked, tuple(sorted(self.unchecked.items())))
        rejected = any(finding.severity is Severity.ERROR for finding in self.findings)
        verdict = Verdict.REJECTED if rejected else Verdict.ACCEPTED
        if require_checked and unchecked and not rejected:
            verdict = Verdict.UNDECIDED
            for system, count in share.not_present:
                self._not_checked(system, count)
        findings = self._placed()
        complete = not self.stopped and len(findings) <= self._limit
        return self._report(verdict, findings[: self._limit], known, share, complete)

    def _miss_day(self) -> None:
        path = self.unread_day
        if not any(finding.where.path.startswith(path) for finding in self.findings):
            self.add(
                "document.day",
                Layer.STRUCTURE,
                Severity.WARNING,
                Text(
                    fa="تاریخ سند خوانده نشد؛ با تازه‌ترین قاعده‌ها سنجیده شد.",
                    en="The document's own date cannot be read; it is judged by the newest rules.",
                ),
                path,
                Text(fa="سال، ماه و روز شمسی را بنویسید.", en="Write Jalali Year, Month and Day."),
                _DATE_ERROR,
            )

    def _not_checked(self, system: str, count: int) -> None:
        self.add(
            "code.not-checked",
            Layer.CODE,
            Severity.WARNING,
            Text(
                fa=f"{count} کد {system} بررسی نشد، زیرا فهرست آن اینجا نیست یا کامل نیست.",
                en=f"{count} codes of {system} were not checked: its list is not here, or only in part.",
            ),
            "",
            Text(fa="محتوای این نظام کدگذاری را بار کنید.", en="Load the content of that code system."),
            2,
        )

    def _placed(self) -> tuple[Finding, ...]:
        """The findings at their places, in the order of the text."""
        if not self.findings:
            return ()
        from termserver.parsing.excerpt import Excerpts
        from termserver.parsing.positions import JsonPlaces, Places, XmlPlaces

        places: Places = XmlPlaces(self.data) if self.kind == "xml" else JsonPlaces(self.data)
        excerpts = Excerpts(places.text, self.kind, not self._show_values)
        placed: dict[tuple[str, str], Finding] = {}
        said = _parents(finding.where.path for finding in self.findings if finding.rule != "structure.expected")
        for finding in self.findings[: 4 * self._limit]:
            path = finding.where.path
            if (finding.rule, path) in placed or (finding.rule == "structure.expected" and path in said):
                continue  # what else is said of the field says it better
            place = places.find(path)
            window, caret = excerpts.at(place.offset)
            placed[finding.rule, path] = replace(
                finding, where=Location(path, place.line, place.column), excerpt=window, caret=caret
            )
        return tuple(
            sorted(placed.values(), key=lambda one: (one.where.line, one.where.column, one.rule, one.where.path))
        )

    def _report(
        self,
        verdict: Verdict,
        findings: tuple[Finding, ...],
        known: KnownType | None = None,
        share: CheckedShare | None = None,
        complete: bool = True,
    ) -> Report:
        return Report(
            self.name,
            verdict,
            findings,
            complete,
            known.id if known else "",
            known.version if known else "",
            self.day,
            share or _NO_SHARE,
            hashlib.sha256(self.data).hexdigest(),
        )


def _parents(paths: Iterable[str]) -> set[str]:
    """The paths and all that they stand in."""
    found: set[str] = set()
    for path in paths:
        while path and path not in found:
            found.add(path)
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return found


_NO_SHARE = CheckedShare()
