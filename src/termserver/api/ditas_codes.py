"""What the former service told of its lists of codes: which changed since a day, which codes, what a code is called.

A list changed if it is not the same in the newest release of the shelf that was there on that day; a release is
dated by its version (2026.11 is the first of the month). What cannot be dated counts as changed.
"""

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

from termserver.api.answers import Problem
from termserver.api.ditas_shapes import Vo
from termserver.model.codes import Coding, Kind
from termserver.model.days import Day
from termserver.model.errors import TermserverError
from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.releases.digests import natural
from termserver.releases.file import ReleaseFile
from termserver.releases.shelf import Shelf
from termserver.service import TermServer
from termserver.terminology.comparison import compare
from termserver.terminology.systems import OpenSystem
from termserver.terminology.terminology import Terminology
from termserver.terminology.whole import WholeSystem

MOST = 100_000
"""Codes in one answer."""
_DATED = re.compile(r"((?:19|20)[0-9]{2})[.-]([0-9]{1,2})(?:[.-]([0-9]{1,2}))?(?![0-9])")
_KEPT = 64


def day_of(version: str) -> Day:
    """The day that a version names; empty if it names none.

    >>> day_of("2026.11"), day_of("2026.11.21.2"), day_of("4.0")
    ('2026-11-01', '2026-11-21', '')
    """
    found = _DATED.match(version)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3] or 1):02}" if found else ""


class Lists:
    """The code systems of one edition in the words of the former service; registries are not among them."""

    def __init__(self, server: TermServer) -> None:
        self._server = server
        self._systems = server.terminology.systems
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def changed(self, since: Day) -> list[str]:
        """The former names of the lists that changed since the day; every list without one."""
        return sorted({self._name(one) for one in self._listed() if not since or self._codes(one, since)})

    def codes(self, name: str, since: Day) -> list[Vo]:
        """DO_CODED_TEXT of every code that came, went or is said differently since the day."""
        system = self._list(name)
        codes = self._codes(system, since)
        if len(codes) > MOST:
            raise Problem(
                413,
                "too-many-codes",
                Text(
                    f"{len(codes):,} کد بیش از یک پاسخ است؛ FromDate دیرتری بدهید.",
                    f"{len(codes):,} codes are too many for one answer; give a later FromDate.",
                ),
            )
        shown = []
        for code in codes:
            named = self._server.terminology.display(system.key, code)
            shown.append(
                {"Value": named.fa or named.en or None, "Terminology_id": self._name(system), "Coded_string": code}
            )
        return shown

    def value(self, name: str, code: str) -> str:
        """What the code is called; raise UnknownCode or UnknownSystem."""
        display = self._server.lookup(Coding(self._list(name).id, code)).concept.display
        return display.fa or display.en

    def state(self, name: str, code: str, day: Day) -> str:
        """How the code stands in the list on the day, as ``model.ports.CodeState``."""
        return self._server.terminology.state(self._list(name).id, code, day)

    def _list(self, name: str) -> OpenSystem:
        found = self._systems.resolve(name)
        if self._systems.metadata(found).kind is Kind.REGISTRY:
            raise Problem(
                404,
                "not-a-terminology",
                Text(
                    f"«{found.id}» ثبت است؛ ورودی‌های آن در /api/registries/{found.id} است.",
                    f"'{found.id}' is a registry; its entries are at /api/registries/{found.id}.",
                ),
            )
        return found

    def _listed(self) -> list[OpenSystem]:
        return [
            one for one in self._systems.all() if one.concepts and self._systems.metadata(one).kind is not Kind.REGISTRY
        ]

    def _name(self, system: OpenSystem) -> str:
        metadata = self._systems.metadata(system)
        return metadata.native_id or metadata.id

    def _codes(self, system: OpenSystem, since: Day) -> Sequence[str]:
        release = next(one for one in self._server.releases if one is system.reader)
        now = day_of(release.manifest.version)
        if since and now and now < since:
            return ()
        before = self._before(release, since) if since else None
        key = system.key, before.digest if before else ""
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = self._compared(system, before)
                if len(self._known) > _KEPT:
                    self._known.pop(next(iter(self._known)))
        return known

    def _compared(self, system: OpenSystem, before: Pin | None) -> tuple[str, ...]:
        if before is not None:
            with suppress(TermserverError), ReleaseFile.open(Shelf().path_of(before)) as release:
                older = Terminology([release]).systems.find(system.key)
                if older is not None:
                    return tuple(one.code for one in compare(older, system))
        whole = WholeSystem(system, self._systems.metadata(system))
        return tuple(sorted((entry.code for _, entry in whole.entries()), key=natural))

    def _before(self, release: ReleaseFile, since: Day) -> Pin | None:
        """The release of that name that was the newest on the day; None if none was there, or none is dated."""
        older = [one for one in self._shelved if one.name == release.manifest.name and day_of(one.version)]
        return next((one for one in reversed(older) if day_of(one.version) < since), None)

    @cached_property
    def _shelved(self) -> list[Pin]:
        """The whole releases on the shelf, older versions first; none where there is no shelf."""
        try:
            return [one.pin for one in Shelf().installed() if not one.problem]
        except TermserverError:
            return []
