"""What is fuzzed: for each target a function that takes any bytes and may refuse them, but never fail.

``make fuzz`` drives them with atheris (``fuzz_run.py``); the nightly tests with hypothesis.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from termserver.model.errors import TermserverError
from termserver.model.findings import Verdict
from termserver.service import TermServer

ROOT = Path(__file__).resolve().parents[2]
Target = Callable[[bytes], None]


def judged(server: TermServer) -> Target:
    """Any document gets a report in both languages, the same every time; with something to say where it is refused."""

    def one(data: bytes) -> None:
        report = server.check_document(data, "fuzzed", type="patient-bill" if data[:1] == b"\x01" else "")
        assert report.verdict in Verdict
        assert report.verdict is Verdict.ACCEPTED or report.findings or not report.complete
        for finding in report.findings:
            assert finding.message.fa and finding.message.en and finding.where.line >= 1 and finding.where.column >= 1
        assert report == server.check_document(data, "fuzzed", type="patient-bill" if data[:1] == b"\x01" else "")

    return one


def expressions(server: TermServer) -> Target:
    """Any text is a rule expression or is refused in words."""
    from termserver.model.expressions import ExpressionError, parse
    from termserver.validation.rules import Rules

    known = next(one for one in server.document_types() if one.id == "patient-bill")
    example = next(rules for rules in server.rule_sets() if rules.document_type == known.id).rules[0]

    def one(data: bytes) -> None:
        from termserver.model.values import replace

        text = data.decode("utf-8", "replace")
        try:
            parse(text, known, "Composition.BillServices")
        except ExpressionError as refused:
            assert refused.text.fa and refused.text.en
            return
        rule = replace(example, each="Composition.BillServices", when="", holds=text, at="", after=())
        Rules(known, server.terminology).compile([rule])

    return one


def queries(server: TermServer) -> Target:
    """Any text is a query, plain and advanced, or is refused in words."""

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for syntax in ("plain", "advanced"):
            try:
                found = server.search(text, syntax=syntax, limit=5)
                assert 0 <= len(found.hits) <= min(5, found.total)
            except TermserverError as refused:
                assert refused.text.fa and refused.text.en

    return one


def contents(folder: Path) -> Target:
    """Any bytes in the place of a code system's table or description are read, or refused with their line."""
    from termserver.content.check import check

    home = folder / "codesystems" / "ward"
    home.mkdir(parents=True)
    table = b"code,display_fa,display_en,parent,status,valid_from,valid_to,replaced_by,source\n1,a,b,,,,,,\n"
    metadata = b"id: ward\nurl: urn:x\nversion: '1'\ntitle: {fa: a, en: b}\ncontent: complete\n"

    def one(data: bytes) -> None:
        (home / "concepts.csv").write_bytes(data[1:] if data[:1] < b"\x80" else table)
        (home / "codesystem.yaml").write_bytes(metadata if data[:1] < b"\x80" else data[1:])
        try:
            for problem in check(folder):
                assert problem.message.fa and problem.message.en and problem.line >= 1
        except TermserverError as refused:
            assert refused.text.fa and refused.text.en

    return one


NAMES = ("xml", "json", "expressions", "queries", "contents")


def target(name: str, server: TermServer) -> Target:
    """The target of that name over an opened edition; raise KeyError for another name."""
    makers: dict[str, Callable[[], Target]] = {
        "xml": lambda: judged(server),
        "json": lambda: judged(server),
        "expressions": lambda: expressions(server),
        "queries": lambda: queries(server),
        "contents": lambda: contents(Path(tempfile.mkdtemp(prefix="termserver-fuzz-"))),
    }
    return makers[name]()


def seeds(name: str, server: TermServer) -> list[bytes]:
    """Inputs to begin with."""
    examples = ROOT / "validators"
    if name in ("xml", "json"):
        found: list[Any] = sorted(examples.glob(f"*/*/examples/*/*.{name}"))[::7]
        return [path.read_bytes() for path in found]
    if name == "expressions":
        return [rule.holds.encode() for rules in server.rule_sets() for rule in rules.rules][:200]
    if name == "queries":
        said = (
            "diabetes typ",
            "دیابت",
            'display:"خانه بهداشت" AND system:insurer',
            "E11.9",
            "a* OR (b NOT c)",
            "[a TO b]",
        )
        return [one.encode() for one in said]
    files = [*ROOT.glob("codesystems/insurer/*"), *ROOT.glob("codesystems/gender/*")]
    return [(b"\x80" if path.suffix == ".yaml" else b"\x00") + path.read_bytes() for path in files if path.is_file()]
