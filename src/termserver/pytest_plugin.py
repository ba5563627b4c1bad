"""For a vendor's own tests: ``assert_accepted(document)``, a fixture of pytest.

pytest loads this module in every run of an environment that has termserver, so it imports nothing of
ours before a test asks for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from termserver.model.findings import Report
    from termserver.service import Validator

Document = Path | bytes | str


class Assertion(Protocol):
    """Judges a document and fails the test if the verdict is another; the report comes back."""

    def __call__(self, document: Document, **options: Any) -> "Report": ...


class RejectedAssertion(Protocol):
    """As ``Assertion``; with a rule, one of the errors must be of that rule."""

    def __call__(self, document: Document, rule: str = "", **options: Any) -> "Report": ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("termserver_edition", "edition, lock or release file that assert_accepted judges by", default="")


@pytest.fixture(scope="session")
def termserver_validator(pytestconfig: pytest.Config) -> "Iterator[Validator]":
    """A ``Validator`` of the edition in ``termserver_edition``, else of the project's ``termserver.lock``, else of
    the machine's current edition."""
    from termserver.service import Validator

    said = str(pytestconfig.getini("termserver_edition"))
    lock = pytestconfig.rootpath / "termserver.lock"
    edition = pytestconfig.rootpath / said if said else lock if lock.is_file() else None
    with Validator(edition) as validator:
        yield validator


@pytest.fixture
def assert_accepted(termserver_validator: "Validator") -> Assertion:
    """Fail unless the document (a path, its bytes or its text) is accepted; undecided is not accepted."""

    def check(document: Document, **options: Any) -> "Report":
        __tracebackhide__ = True
        report = termserver_validator.check(document, **options)
        _demand(report, "accepted")
        return report

    return check


@pytest.fixture
def assert_rejected(termserver_validator: "Validator") -> RejectedAssertion:
    """Fail unless the document is rejected, by ``rule`` if one is named."""

    def check(document: Document, rule: str = "", **options: Any) -> "Report":
        __tracebackhide__ = True
        report = termserver_validator.check(document, **options)
        _demand(report, "rejected")
        broken = sorted({finding.rule for finding in report.findings if finding.severity == "error"})
        if rule and rule not in broken:
            pytest.fail(f"{report.document or 'the document'} does not break {rule}, but {', '.join(broken)}", False)
        return report

    return check


def _demand(report: "Report", verdict: str) -> None:
    __tracebackhide__ = True
    if report.verdict != verdict:
        from termserver.validation import text_report

        pytest.fail(f"the document is not {verdict}:\n{text_report.render(report)}", pytrace=False)
