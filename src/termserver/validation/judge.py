"""From the bytes of a document to the report on it.

parse → type → the document's own day → the rule set in force → structure → codes, identifiers,
dates and rules → findings with their places → verdict. Only a document with findings pays for
explanations and places.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from termserver.model.days import Day, parse_day
from termserver.model.documents import DocumentType, RuleSet
from termserver.model.findings import Layer, Report, Severity
from termserver.model.ports import Codes
from termserver.parsing import gate
from termserver.parsing.faults import Unreadable
from termserver.validation import identify
from termserver.validation.case import Case
from termserver.validation.checks import Checks
from termserver.validation.identify import KnownType, Unidentified
from termserver.validation.kept_code import CodeFiles, KeptCode
from termserver.validation.own_day import stated_day
from termserver.validation.rules import Compiled, Rules
from termserver.validation.run import Enough, Run
from termserver.validation.shape import Shape
from termserver.validation.structure import json_engine, xml_engine

if TYPE_CHECKING:
    from termserver.model.destinations import Destination

FINDING_LIMIT = 1000
"""Findings per document; a document with more is reported with ``complete: false``."""


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
        destinations: "Callable[[], Sequence[Destination]]" = tuple,
        code_files: CodeFiles | None = None,
    ) -> None:
        self._code_files = code_files
        self._destinations = destinations
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
        to: Sequence[str] = (),
    ) -> Report:
        """The report on one document.

        ``type`` is asked for only where the document does not tell it; ``engine`` is ``fast`` or
        ``reference``; ``as_of`` (a day) replaces the document's own date; ``require_checked`` makes
        a document undecided whose codes could not all be checked; ``show_values`` shows in excerpts
        what is masked by default; ``to`` names the destinations that it is sent to at once. Raise
        UsageError for an unknown engine or destination or a day that is none, and UnknownDocumentType
        for an unknown ``type``.
        """
        given_day = parse_day(as_of) if as_of else ""
        told = identify.named(self.types, type) if type else None
        case = Case(data, name, engine, given_day, show_values, self._finding_limit)
        if to:
            from termserver.validation import destinations

            case.to = destinations.chosen(self._destinations(), to)
        try:
            kind = gate.kind_of(data, self._byte_limit)
            known = self._identified(case, kind, told)
            if isinstance(known, Unidentified):
                return case.unidentified(known)
            return self._judged(case, known, require_checked)
        except Unreadable as fault:
            return case.unreadable(fault)

    def _identified(self, case: Case, kind: str, told: KnownType | None) -> KnownType | Unidentified:
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

    def _judged(self, case: Case, known: KnownType, require_checked: bool) -> Report:
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
        message = judge.check(case, message, rule_set)
        if case.to:
            from termserver.validation import destinations

            case.findings += destinations.findings(self._destinations(), case.to, known.id, case.day, message)
        return case.report(known, require_checked)

    def _judge(self, known: KnownType) -> "_TypeJudge":
        key = (known.id, known.version)
        judge = self._judges.get(key)
        if judge is None:
            with self._lock:
                judge = self._judges.get(key)
                if judge is None:
                    kept = KeptCode(self._code_files, f"{known.id}-{known.version}")
                    judge = self._judges[key] = _TypeJudge(known, self._codes, self._finding_limit, kept)
        return judge


class _TypeJudge:
    """What judges the documents of one type in one version; its parts are made when first needed."""

    def __init__(self, known: KnownType, codes: Codes, finding_limit: int, kept: KeptCode) -> None:
        self._known = known
        self._type = known.document_type()
        self._codes = codes
        self._shape = Shape(self._type)
        self._rule_sets = sorted(known.rule_sets(), key=lambda rule_set: (rule_set.period.start, rule_set.version))
        self._finding_limit = finding_limit
        self._kept = kept
        self._checks = Checks(self._shape, codes, kept)
        self._rules: dict[tuple[str, int], Compiled] = {}
        self._turns = {rule_set.version: rule_set.turns() for rule_set in self._rule_sets}
        self._engines: dict[tuple[str, str], Any] = {}
        self._xml: Any = None
        self._lock = threading.Lock()

    def read(self, case: Case) -> Any:
        """The logical message, as the sender spelled it."""
        if case.kind == "json":
            return case.tree
        if self._xml is None:
            from termserver.validation.xml_message import XmlMessages

            self._xml = XmlMessages(self._shape)
        return self._xml.read(case.tree)

    def rule_set_for(self, case: Case, message: Any) -> RuleSet | None:
        """The rule set in force on the document's day; the newest, with a finding, where the day cannot be read."""
        if not self._rule_sets:
            return None
        newest = self._rule_sets[-1]
        case.day, path = stated_day(newest, message)
        if case.given_day:
            case.day = case.given_day
        elif not case.day:
            case.unread_day = path or newest.day[0] if newest.day else ""
            return newest
        return next((one for one in reversed(self._rule_sets) if one.period.holds(case.day)), None)

    def check(self, case: Case, message: Any, rule_set: RuleSet) -> Any:
        """Put the findings into the case; what can be read of the message comes back."""
        message = self._structure(case, message)
        if case.stopped:
            self._in_own_words(case, rule_set)
            return message
        run = Run(message, case.day or "9999-12-31", case.given_day, self._finding_limit)
        run.structural = case.findings
        try:
            run.codes = self._checks.run(message, run)
            self._rules_of(rule_set, run.day)(message, run)
        except Enough:
            case.stopped = True
        # a value that is wrong in itself was left out; a rule that misses it there would say it twice
        faulty = {finding.where.path for finding in case.findings if finding.severity is Severity.ERROR}
        case.findings += [one for one in run.findings if one.layer is not Layer.RULE or one.where.path not in faulty]
        case.codes = run.codes
        case.counted(run)
        self._kept.save()
        self._in_own_words(case, rule_set)
        return message

    @staticmethod
    def _in_own_words(case: Case, rule_set: RuleSet) -> None:
        if case.findings:
            from termserver.validation.own_words import in_own_words

            case.findings = in_own_words(case.findings, rule_set.rules, case.day or "9999-12-31")
            whole = {rule.id for rule in rule_set.rules if rule.stands_for and not (rule.each or rule.at)}
            if any(finding.rule in whole for finding in case.findings):
                case.unread_day = ""  # what is no message at all has no day either

    def _structure(self, case: Case, message: Any) -> Any:
        """The message to judge further; structural faults go into the case."""
        engine = self._engine(case.kind, case.engine)
        if case.kind == "xml":
            if engine.accepts(case.tree, case.data):
                return message
        elif engine.accepts(message):
            return message
        return self._explained(case, message, engine)

    def _explained(self, case: Case, message: Any, engine: Any) -> Any:
        if case.kind == "json":
            from termserver.validation.forms import canonical_json

            message, spelling = canonical_json(message, self._shape, case.data)
            case.findings += spelling.findings
            case.written = spelling.written
        from termserver.validation.walker import Walker  # only a document with faults pays for it

        walk = Walker(self._shape, self._finding_limit).walk(message)
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

    def _rules_of(self, rule_set: RuleSet, day: Day) -> Compiled:
        """The rules as they are judged on a day: those of one stage of the transition plans are compiled together."""
        turns = self._turns[rule_set.version]
        key = (rule_set.version, bisect_right(turns, day) if turns else 0)
        known = self._rules.get(key)
        if known is None:
            with self._lock:
                known = self._rules.get(key)
                if known is None:
                    name = f"rules {rule_set.version} {key[1]}"
                    rules = Rules(self._type, self._codes, self._kept)
                    known = self._rules[key] = rules.compile(rule_set.rules_on(day), name)
        return known
