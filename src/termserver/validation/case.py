"""One document on its way to its report, and the ways in which that ends."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from termserver.model.days import Day
from termserver.model.findings import CheckedShare, Finding, Layer, Location, RegistryShare, Report, Severity, Verdict
from termserver.model.ports import CodeState
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.parsing import gate
from termserver.parsing.faults import Unreadable
from termserver.validation.identify import KnownType, Unidentified
from termserver.validation.run import Run

if TYPE_CHECKING:
    from termserver.model.destinations import Destination

_DATE_ERROR = 1
_NO_REGISTRIES = RegistryShare()


class Case:
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
        self.to: tuple[Destination, ...] = ()
        self.unread_day = ""
        self.findings: list[Finding] = []
        self.codes = 0
        self.unchecked: dict[str, int] = {}
        self.written: dict[str, str] = {}
        """The right names of misspelt members by what is written, in small letters."""
        self.states: dict[str, int] = {}
        self.registries = _NO_REGISTRIES
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

    def counted(self, run: Run) -> None:
        """Take over what was counted while the message was checked."""
        self.unchecked = run.unchecked
        self.states = run.states
        if run.entries:
            unchecked = run.unchecked_entries
            checked = run.entries - sum(unchecked.values())
            ok = checked - sum(run.entry_states.values())
            states = {CodeState.OK: ok, **run.entry_states}
            self.registries = RegistryShare(
                run.entries, checked, tuple(sorted(unchecked.items())), tuple(sorted(states.items()))
            )

    # the ways a document ends

    def unreadable(self, fault: Unreadable) -> Report:
        from termserver.parsing.excerpt import Excerpts

        text = self.data[: 4 * gate.BYTE_LIMIT].decode("utf-8", "replace").removeprefix("\ufeff")
        offset = 0
        for _ in range(fault.line - 1):
            offset = text.find("\n", offset) + 1
        place = offset + fault.column - 1
        window, caret = Excerpts(text, "", not self._show_values).at(place)
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
        share = CheckedShare(
            self.codes,
            self.codes - unchecked,
            tuple(sorted(self.unchecked.items())),
            tuple(sorted(self.states.items())),
            self.registries,
        )
        rejected = any(finding.severity is Severity.ERROR for finding in self.findings)
        # where the judging stopped at its limit, errors may stand in what was not looked at
        verdict = Verdict.REJECTED if rejected else Verdict.UNDECIDED if self.stopped else Verdict.ACCEPTED
        if require_checked and (unchecked or self.registries.not_checked) and not rejected:
            verdict = Verdict.UNDECIDED
            for registry, count in self.registries.not_checked:
                self._entries_not_checked(registry, count)
            for system, count in share.not_present:
                self._not_checked(system, count)
        findings = self._placed()
        complete = not self.stopped and len(findings) <= self._limit
        return self._report(verdict, findings[: self._limit], known, share, complete)

    def _miss_day(self) -> None:
        path = self.unread_day
        # nothing needs to be said of the day where it, or what it stands in, is already found wrong
        if not any(
            finding.where.path.startswith(path) or path.startswith(f"{finding.where.path}.")
            for finding in self.findings
        ):
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

    def _entries_not_checked(self, registry: str, count: int) -> None:
        self.add(
            "registry.not-checked",
            Layer.REGISTRY,
            Severity.WARNING,
            Text(
                fa=f"{count} شناسه در فهرست پایهٔ {registry} بررسی نشد، زیرا آن فهرست اینجا کامل نیست.",
                en=f"{count} identifiers were not checked in the registry {registry}: only part of it is here.",
            ),
            "",
            Text(fa="فهرست کامل را بار کنید.", en="Load the whole registry."),
            7,
        )

    def _placed(self) -> tuple[Finding, ...]:
        """The findings at their places, in the order of the text."""
        if not self.findings:
            return ()
        from termserver.parsing.excerpt import Excerpts
        from termserver.parsing.positions import JsonPlaces, Places, XmlPlaces

        considered = self.findings[: 4 * self._limit]
        places: Places = (
            XmlPlaces(self.data, self.tree, {finding.where.path for finding in considered})
            if self.kind == "xml"
            else JsonPlaces(self.data, self.written)
        )
        excerpts = Excerpts(places.text, self.kind, not self._show_values)
        masked = Excerpts(places.text, self.kind) if self._show_values else excerpts
        placed: dict[tuple[str, str], Finding] = {}
        said = _parents(finding.where.path for finding in self.findings if finding.rule != "structure.expected")
        for finding in considered:
            path = finding.where.path
            if (finding.rule, path) in placed or (finding.rule == "structure.expected" and path in said):
                continue  # what else is said of the field says it better
            place = places.find(path)
            window, caret = excerpts.at(place.offset)
            hidden = masked.at(place.offset)[0] if masked is not excerpts else window
            where = Location(path, place.line, place.column)
            placed[finding.rule, path] = replace(finding, where=where, excerpt=window, caret=caret, masked=hidden)
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
            tuple([one.id for one in self.to]),
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
