"""The committee at work: proposals made from a working copy, checked, decided on, released; everything in the journal.

The one truth of the content are the folders at ``root``; a proposal is a change set against them, and only a
release puts it there.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from termserver.build import build_release, label_of
from termserver.comparison.changes import Change
from termserver.comparison.releases import changes as differences
from termserver.content.check import check as check_content
from termserver.content.folders import read
from termserver.content.problems import Problem
from termserver.database.proposal_store import Line, ProposalStore, Standing
from termserver.model.errors import UsageError
from termserver.model.governance import Governance
from termserver.model.releases import Manifest
from termserver.model.text import Text
from termserver.model.values import replace, value
from termserver.publication import changesets, gates, impact, reach, workflow
from termserver.publication import report as reporting
from termserver.publication.changesets import ChangeSet
from termserver.publication.gates import Stopped
from termserver.publication.impact import Impact
from termserver.publication.workflow import Event, Proposal, State
from termserver.releases.digests import edition_of
from termserver.releases.file import ReleaseFile
from termserver.service import TermServer

_SHOWN = 200


@value
class Checked:
    """What the gates said of a candidate, and what it differs in."""

    proposal: Proposal
    stopped: tuple[Stopped, ...]


class Committee:
    """The committee of the content folders at ``root``, with its store and its governance."""

    def __init__(self, store: ProposalStore, governance: Governance, root: Path) -> None:
        self.store = store
        self.governance = governance
        self.root = root

    # looking

    def proposal(self, number: int) -> Proposal:
        """Raise UsageError if there is none."""
        found = self._replayed(self.store.lines(number))
        if found is None:
            raise UsageError(f"There is no proposal {number}.", f"پیشنهاد {number} وجود ندارد.")
        return found

    def proposals(self) -> list[Proposal]:
        by_number: dict[int, list[Line]] = {}
        for line in self.store.lines():
            by_number.setdefault(line.proposal, []).append(line)
        found = [self._replayed(lines) for lines in by_number.values()]
        return [one for one in found if one is not None]

    def waiting_for(self, who: str, at: str) -> list[Proposal]:
        """The proposals in review that this person may vote on and has not."""
        found = []
        for one in self.proposals():
            kind = self.governance.kind(one.kind)
            body = self.governance.body(kind.body) if kind else None
            may = body is not None and who in body.voters(at[:10]) and who != one.author
            if may and one.state is State.REVIEW and who not in one.approvals:
                found.append(one)
        return found

    def change_set(self, number: int) -> ChangeSet:
        return ChangeSet.from_bytes(self.store.change_set(number, self.proposal(number).digest))

    def overdue(self, at: str) -> list[tuple[Proposal, str]]:
        """Emergency releases that should have been ratified by now, each with the day until when."""
        found = [(one, workflow.unratified_since(self.governance, one, at)) for one in self.proposals()]
        return [(one, until) for one, until in found if until]

    # moving

    def propose(
        self,
        who: str,
        at: str,
        kind: str,
        title: Text,
        changes: ChangeSet,
        emergency: bool = False,
        activate_at: str = "",
    ) -> Proposal:
        """A new proposal; raise NotAllowed or UsageError if it may not be made."""
        self._covered(kind, changes)

        def first(number: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
            event = workflow.propose(
                self.governance, number, who, at, kind, title.as_json(), changes.digest, emergency, activate_at
            )
            return self._kept(None, event, changes.as_bytes())

        return self.proposal(self.store.record(None, first).proposal)

    def revise(
        self, number: int, who: str, at: str, changes: ChangeSet, based_on: str, version: int | None = None
    ) -> Proposal:
        """Another change set in the place of the one with the digest ``based_on``; every approval is void."""
        self._covered(self.proposal(number).kind, changes)

        def next_line(_: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
            proposal = self._known(lines)
            _demand_version(lines, version)
            if proposal.digest != based_on:
                raise workflow.Stale(
                    f"Proposal {number} was revised meanwhile: it is {proposal.digest[:12]}, you began at "
                    f"{based_on[:12]}.",
                    f"پیشنهاد {number} در این میان ویرایش شده: اکنون {proposal.digest[:12]} است و شما از "
                    f"{based_on[:12]} آغاز کردید.",
                )
            event = workflow.decide(self.governance, proposal, who, at, "revise", changes.digest, {})
            return self._kept(proposal, event, changes.as_bytes())

        self.store.record(number, next_line)
        return self.proposal(number)

    def act(
        self, number: int, who: str, at: str, action: str, digest: str = "", version: int | None = None, **said: Any
    ) -> Proposal:
        """Any other move; raise NotAllowed if it may not be made.

        ``digest`` is what the person looked at, its beginning will do; who votes or waives must say it. ``version``
        is how many lines the proposal had, where the move is to be made on nothing else.
        """

        def next_line(_: int, lines: list[Line]) -> tuple[Line, Standing, bytes]:
            proposal = self._known(lines)
            _demand_version(lines, version)
            seen = proposal.digest if len(digest) >= 8 and proposal.digest.startswith(digest) else digest
            if action not in workflow.CONFIRMED:
                seen = seen or proposal.digest
            event = workflow.decide(self.governance, proposal, who, at, action, seen, said)
            return self._kept(proposal, event, b"")

        self.store.record(number, next_line)
        return self.proposal(number)

    def check(self, number: int, at: str, in_force: TermServer | None = None) -> Checked:
        """Run the gates over the candidate and write down what they stop; then it is in review, or waits."""
        proposal = self.proposal(number)
        changes: list[Change] = []
        with self.candidate(number, in_force) as (base, candidate, problems, folder):
            stopped: list[Stopped]
            if candidate is None:
                stopped = gates.run(self.governance, (), problems, (), (), None)
            else:
                content = read(folder)
                changes = list(differences(base.releases, candidate.releases))
                stopped = gates.run(
                    self.governance, changes, problems, content.systems, content.concept_maps, candidate
                )
        failed = list(dict.fromkeys(one.gate for one in stopped))
        said: dict[str, Any] = {
            "failed": failed,
            "stopped": [one.as_json() for one in stopped[:_SHOWN]],
            "count": len(stopped),
            "changes": [one.as_json() for one in changes[:_SHOWN]],
            "changed": len(changes),
        }
        after = self.act(number, "gates", at, "check", proposal.digest, **said)
        return Checked(after, tuple(stopped))

    def impact(
        self,
        number: int,
        documents: Iterable[tuple[str, bytes]] | None = None,
        in_force: TermServer | None = None,
        registries: TermServer | None = None,
        judging: impact.Judging | None = None,
    ) -> Impact:
        """What the candidate does to documents (else to the examples in force), and who names a code that goes.

        ``registries`` holds the registries whose entries are counted; else what is in force. ``judging`` lets many
        documents be judged in processes.
        """
        with self.candidate(number, in_force) as (base, candidate, problems, folder):
            if candidate is None:
                first = next((str(one.message) for one in problems), "")
                raise UsageError(
                    f"The candidate of proposal {number} cannot be built: {first}",
                    f"نامزد پیشنهاد {number} ساخته نمی‌شود: {first}",
                )
            content = read(folder)
            changes = list(differences(base.releases, candidate.releases))
            named = impact.references(
                changes, content.value_sets, content.concept_maps, content.rule_sets, content.document_types
            )
            gone = impact.codes_that_go(changes)
            judged = impact.run(base, candidate, impact.examples(base) if documents is None else documents, judging)
            return replace(
                judged,
                references=named,
                coverage=reach.coverage(gone, content.concept_maps),
                uses=reach.uses(gone, registries or base),
            )

    @contextmanager
    def candidate(
        self, number: int, in_force: TermServer | None = None
    ) -> Iterator[tuple[TermServer, TermServer | None, list[Problem], Path]]:
        """What is in force (else the folders as they are) and what the proposal makes of them, both opened; None where
        the folders would not hold together."""
        with tempfile.TemporaryDirectory(prefix="termserver-") as place:
            folder = Path(place, "content")
            changesets.copy_content(self.root, folder)
            base = in_force or _built(folder, Path(place, "base.release"))
            try:
                changesets.apply(self.change_set(number), folder)
                problems = list(check_content(folder))
                if any(str(one.severity) == "error" for one in problems):
                    yield base, None, problems, folder
                else:
                    with _built(folder, Path(place, "candidate.release")) as made:
                        yield base, made, problems, folder
            finally:
                if in_force is None:
                    base.close()

    def release(self, number: int, who: str, at: str, file: Path, version: str = "", activate_at: str = "") -> Manifest:
        """Put an approved change set into the folders and build its release; to be signed and published then.

        Run again after it died in the middle it goes on: the folders say the same, and so does the release.
        """
        proposal = self.proposal(number)
        # first ask whether it may be: nothing is touched for a release that is refused
        asked = {"release": "", "activate_at": activate_at}
        workflow.decide(self.governance, proposal, who, at, "release", proposal.digest, asked)
        with changesets.alone(self.root):
            changesets.apply(self.change_set(number), self.root)
            name, own = label_of(self.root)
            manifest = build_release(read(self.root), file, name, version or own)
        when = activate_at or proposal.activate_at or at
        said: dict[str, Any] = {"release": f"{manifest.name} {manifest.version} {manifest.digest}", "activate_at": when}
        self.act(number, who, at, "release", proposal.digest, **said)
        return manifest

    def report(self, since: str, until: str) -> dict[str, Any]:
        """Who took part and what was decided between two days: what the half-yearly report is made of."""
        return reporting.report(self.governance, self.store.lines(), self.proposals(), since, until)

    # between the journal and the state machine

    def _covered(self, kind: str, changes: ChangeSet) -> None:
        known = self.governance.kind(kind)
        if known is not None:
            changesets.refuse_uncovered(changes, known.covers, kind)

    def _known(self, lines: list[Line]) -> Proposal:
        found = self._replayed(lines)
        assert found is not None
        return found

    def _replayed(self, lines: Iterable[Line]) -> Proposal | None:
        events = [Event(line.proposal, line.at, line.who, line.action, line.digest, line.said) for line in lines]
        return workflow.replayed(self.governance, events)

    def _kept(self, before: Proposal | None, event: Event, body: bytes) -> tuple[Line, Standing, bytes]:
        proposal = workflow.after(self.governance, before, event)
        line = Line(0, event.proposal, event.at, event.who, event.action, event.digest, event.said)
        standing = Standing(proposal.author, proposal.kind, proposal.quorum, proposal.digest, str(proposal.state))
        return line, standing, body


def _demand_version(lines: list[Line], version: int | None) -> None:
    if version is not None and version != len(lines):
        last = lines[-1]
        raise workflow.Stale(
            f"Proposal {last.proposal} went on meanwhile: {last.who} did '{last.action}' at {last.at}; it is version "
            f"{len(lines)}, you had {version}. Read it again.",
            f"پیشنهاد {last.proposal} در این میان پیش رفته است: {last.who} در {last.at} «{last.action}» کرد؛ اکنون "
            f"نسخهٔ {len(lines)} است و شما نسخهٔ {version} را داشتید. دوباره بخوانید.",
        )


def _built(folder: Path, path: Path) -> TermServer:
    """The folders as a server that answers."""
    name, version = label_of(folder)
    build_release(read(folder), path, name, version)
    opened = ReleaseFile.open(path)
    return TermServer(edition_of([opened.pin]), [opened])
