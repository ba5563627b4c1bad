"""What a candidate does to documents, before anybody approves it: each judged by what is in force and by it."""

from collections.abc import Iterable, Iterator
from typing import Any

from termserver.model.values import value
from termserver.service import TermServer


@value
class Turned:
    """A document whose verdict is another one with the candidate, and the rules that are to blame."""

    name: str
    before: str
    after: str
    because: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "before": self.before, "after": self.after, "because": list(self.because)}


@value
class Impact:
    """How many documents were judged, and those that turn."""

    judged: int
    turned: tuple[Turned, ...]

    def as_json(self) -> dict[str, Any]:
        return {"judged": self.judged, "turned": [one.as_json() for one in self.turned]}


def run(now: TermServer, candidate: TermServer, documents: Iterable[tuple[str, bytes]]) -> Impact:
    """Judge every document by both."""
    count = 0
    turned = []
    for name, data in documents:
        count += 1
        before, after = now.check_document(data, name=name), candidate.check_document(data, name=name)
        if before.verdict is not after.verdict:
            known = {(one.rule, one.severity) for one in before.findings}
            new = [one.rule for one in after.findings if (one.rule, one.severity) not in known]
            gone = {(one.rule, one.severity) for one in after.findings}
            old = [one.rule for one in before.findings if (one.rule, one.severity) not in gone]
            because = tuple(dict.fromkeys(new or old))
            turned.append(Turned(name, str(before.verdict), str(after.verdict), because))
    return Impact(count, tuple(turned))


def examples(server: TermServer) -> Iterator[tuple[str, bytes]]:
    """Every example that an edition carries."""
    for release in server.releases:
        for path in release.artefact_paths("example"):
            yield path, release.artefact(path) or b""
