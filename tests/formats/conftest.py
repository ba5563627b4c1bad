"""A whole run, written as one output."""

from collections.abc import Sequence

import pytest
from hand_made_reports import ABOUT, ALL, Written

from termserver.formats.registry import writer
from termserver.formats.run import Totals
from termserver.model.findings import EXIT_STATUS, USAGE_STATUS, Report
from termserver.model.findings import exit_status as worst
from termserver.model.text import Text


@pytest.fixture
def written() -> Written:
    """A whole run as one output: ``written("sarif", reports, language="fa", unread=…)``."""

    def write(
        name: str, reports: Sequence[Report] = ALL, language: str = "en", unread: Sequence[tuple[str, Text]] = ()
    ) -> bytes:
        out, totals = writer(name, language), Totals()
        said = [out.begin(ABOUT)]
        statuses = [EXIT_STATUS[report.verdict] for report in reports]
        for report in reports:
            totals.add(report)
            said.append(out.report(report))
        for document, why in unread:
            totals.unread(document, why)
            statuses.append(USAGE_STATUS)
        said.append(out.end(totals.summary(worst(statuses))))
        return b"".join(said)

    return write
