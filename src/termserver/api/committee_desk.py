"""What the committee's pages and routes ask: its store, its folders, its rules, and who it is that asks.

Who acts is whoever access control knows by name; without it, and on this machine alone, one of the seats that the
desk was opened for.
"""

import datetime
import os
import threading
from collections.abc import MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from termserver.access.facts import facts_of
from termserver.api import acknowledgements, publication
from termserver.api.answers import Problem
from termserver.content.folders import Content, read
from termserver.content.governance_files import FILE, read_governance
from termserver.database.proposal_store import Line, ProposalStore
from termserver.database.suggestion_store import SuggestionStore
from termserver.model.days import Day
from termserver.model.governance import Governance
from termserver.model.releases import Manifest
from termserver.model.text import Text
from termserver.publication import adoption, agenda, differences
from termserver.publication.agenda import Item
from termserver.publication.changesets import FOLDERS, ChangeSet
from termserver.publication.committee import Committee
from termserver.publication.differences import FileDifference
from termserver.publication.impact import Impact
from termserver.publication.workflow import Proposal
from termserver.service import TermServer

DATABASE, CONTENT, SEATS = "TERMSERVER_DESK", "TERMSERVER_CONTENT", "TERMSERVER_DESK_AS"
"""What opens a desk: its database (a file or a URL), the content folders, and the seats of this machine."""
RECOGNISED = ("key", "token", "certificate", "session")
"""Ways to be known that are proof enough to act."""
LOCAL = ("127.0.0.1", "::1", "localhost")
_KEPT = 32


class CommitteeDesk:
    """The committee of the folders at ``root``; safe to share between threads."""

    def __init__(
        self,
        store: ProposalStore,
        root: Path,
        seats: tuple[str, ...] = (),
        releases: Path | None = None,
    ) -> None:
        self.store = store
        self.suggestions = SuggestionStore(store)
        self.root = root
        self.seats = seats
        self.releases = releases or root / "var" / "releases"
        self.server: TermServer | None = None
        """What is served: its registries are asked for entries that hold a code which goes."""
        self._lock = threading.Lock()
        self._governance: tuple[int, Governance] | None = None
        self._content: tuple[Any, Content] | None = None
        self._impacts: dict[tuple[int, str, Any], Impact] = {}

    def close(self) -> None:
        self.store.close()

    # who

    def who(self, scope: MutableMapping[str, Any], chosen: str = "") -> str:
        """The name that the caller acts by; raise Problem (401) where nobody knows it."""
        caller = facts_of(scope).caller
        if caller.by in RECOGNISED:
            return caller.name
        if self.seats and _is_local(scope):
            return chosen if chosen in self.seats else self.seats[0]
        raise Problem(
            401,
            "who-is-it",
            Text(
                "میز کمیته تنها برای کسانی است که شناخته شده‌اند. وارد شوید؛ یا روی همین دستگاه: "
                "termserver serve --desk DATABASE --as SEAT",
                "The committee's desk is for those who are known. Sign in; or, on this machine alone: "
                "termserver serve --desk DATABASE --as SEAT",
            ),
        )

    def is_acted(self, scope: MutableMapping[str, Any]) -> bool:
        """Whether a seat is only said, not proved."""
        return facts_of(scope).caller.by not in RECOGNISED

    # what there is

    @property
    def governance(self) -> Governance:
        """Who may decide what, read again when its file is another one."""
        stamp = (self.root / FILE).stat().st_mtime_ns if (self.root / FILE).is_file() else 0
        with self._lock:
            if self._governance is None or self._governance[0] != stamp:
                self._governance = stamp, read_governance(self.root)
            return self._governance[1]

    @property
    def committee(self) -> Committee:
        return Committee(self.store, self.governance, self.root)

    def lines(self, number: int) -> list[Line]:
        """What was done with a proposal; how many there are is its version. Raise Problem (404) if there is none."""
        found = self.store.lines(number)
        if not found:
            raise Problem(
                404, "unknown-proposal", Text(f"پیشنهاد {number} وجود ندارد.", f"There is no proposal {number}.")
            )
        return found

    def differences(self, number: int) -> list[FileDifference]:
        """What a proposal says otherwise than the folders do now."""
        return differences.of(self.root, self.committee.change_set(number))

    def since(self, number: int, digest: str) -> list[FileDifference]:
        """What was edited in a proposal since it had that digest, whole."""
        seen = ChangeSet.from_bytes(self.store.change_set(number, digest))
        return differences.of(self.root, self.committee.change_set(number), seen)

    def impact(self, number: int) -> Impact:
        """What approving would do; worked out once for a revision and a state of the folders."""
        proposal = self.committee.proposal(number)
        key = number, proposal.digest, self._stamp()
        with self._lock:
            known = self._impacts.get(key)
        if known is None:
            known = self.committee.impact(number, registries=self.server)
            with self._lock:
                while len(self._impacts) >= _KEPT:
                    self._impacts.pop(next(iter(self._impacts)))
                self._impacts[key] = known
        return known

    def calendar(self, since: str = "", until: str = "") -> list[Item]:
        """What happens from one day to another."""
        return agenda.items(self.governance, self.committee.proposals(), self.content(), since, until)

    def content(self) -> Content:
        """The folders as they are, read again when one of their files is another one."""
        stamp = self._stamp()
        with self._lock:
            known = self._content
        if known is None or known[0] != stamp:
            known = stamp, read(self.root)
            with self._lock:
                self._content = known
        return known[1]

    def release(self, number: int, who: str, version: str, activate_at: str) -> tuple[Path, Manifest]:
        """Put an approved proposal into the folders and build its release beside the desk, to be signed."""
        self.releases.mkdir(parents=True, exist_ok=True)
        file = self.releases / f"proposal-{number}.release"
        return file, self.committee.release(number, who, now(), file, version, activate_at)

    def report(self, since: Day, until: Day) -> dict[str, Any]:
        """The report between two days; where this service publishes, who runs what now besides."""
        found = self.committee.report(since, until)
        folder, keys = os.environ.get(publication.FOLDER, ""), os.environ.get(acknowledgements.KEYS, "")
        if folder:
            moment = datetime.datetime.now(datetime.UTC)
            found["adoption"] = adoption.told(Path(folder), Path(keys) if keys else None, moment)
        return found

    def _stamp(self) -> tuple[int, int]:
        """Another one whenever a file of the content is."""
        files = (path for name in FOLDERS for path in (self.root / name).rglob("*") if path.is_file())
        times = [path.stat().st_mtime_ns for path in files]
        return max(times, default=0), len(times)


def of_this_process() -> CommitteeDesk:
    """The desk that the environment asks for, opened once for all editions that are served.

    Raise StoreError, UsageError or ContentError where it cannot be opened.
    """
    return _opened(os.environ[DATABASE], os.environ.get(CONTENT, "") or ".", os.environ.get(SEATS, ""))


@lru_cache(maxsize=1)
def _opened(place: str, root: str, seats: str) -> CommitteeDesk:
    folder = Path(root).absolute()
    read_governance(folder)  # says at once what is wrong with it
    return CommitteeDesk(ProposalStore.open(place), folder, tuple(seats.split()))


def now() -> str:
    """This moment, as the journal writes it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def version_of(lines: list[Line]) -> str:
    """The ETag of a proposal: how many lines it has."""
    return f'"{len(lines)}"'


def as_json(one: Proposal) -> dict[str, Any]:
    """A proposal as the API and the command line tell it."""
    told = ("number", "kind", "author", "digest", "quorum", "emergency", "activate_at", "approvals", "reviews",
            "objections", "ratified")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in told},
        "title": dict(one.title),
        "state": str(one.state),
        "open_gates": list(one.open_gates),
        "released_as": one.release,  # `release` is the edition that answers
    }


def _is_local(scope: MutableMapping[str, Any]) -> bool:
    """Whether the request comes from this machine and was meant for it: a name that leads here from elsewhere (DNS
    rebinding) is not ours."""
    client = (scope.get("client") or ("", 0))[0]
    host = next((said.decode("latin-1") for name, said in scope["headers"] if name == b"host"), "")
    name = host.rpartition(":")[0].strip("[]") if host.rpartition(":")[2].isdigit() else host.strip("[]")
    return client in LOCAL and name in LOCAL
