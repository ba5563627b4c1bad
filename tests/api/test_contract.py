"""The whole API against its own description: whatever a generator sends, nothing fails and nothing is undescribed."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from termserver.service import TermServer
from termserver.web.application import create

schemathesis = pytest.importorskip("schemathesis")
EXAMPLES = int(os.environ.get("TERMSERVER_CONTRACT_EXAMPLES", "4"))


def broken_promises(server: TermServer, examples: int) -> list[str]:
    """What each operation answered that its description does not say, once for each kind."""
    from schemathesis import checks
    from schemathesis.specs.openapi import checks as described

    asked = [
        checks.not_a_server_error,
        described.status_code_conformance,
        described.content_type_conformance,
        described.response_headers_conformance,
        described.response_schema_conformance,
    ]
    found: dict[str, str] = {}
    api = schemathesis.openapi.from_asgi("/openapi.json", create(server, 0))
    for result in api.get_all_operations():
        _ask(result.ok(), examples, asked, found)
    return list(found.values())


def _ask(operation: Any, examples: int, asked: list[Any], found: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def every(case: Any) -> None:
        answer = case.call()
        for check in asked:
            try:
                case.validate_response(answer, checks=[check])
            except BaseExceptionGroup as error:
                kind = f"{operation.label} {check.__name__} {answer.status_code}"
                why = " ".join(str(one) for one in error.exceptions)
                found.setdefault(kind, f"{kind}: {case.as_curl_command()[:300]} {why[:600]}")

    every()


@pytest.mark.slow
def test_the_api_keeps_its_description(server: TermServer) -> None:
    broken = broken_promises(server, EXAMPLES)
    assert not broken, "\n\n".join(broken)


@pytest.mark.nightly
def test_the_api_keeps_its_description_for_long(server: TermServer) -> None:
    broken = broken_promises(server, 150)
    assert not broken, "\n\n".join(broken)
