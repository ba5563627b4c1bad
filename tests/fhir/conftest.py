"""The FHIR door over the project's own content."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from termserver.api.application import create_api, in_front
from termserver.service import TermServer


@pytest.fixture(scope="session")
def client(server: TermServer) -> Iterator[TestClient]:
    with TestClient(in_front(*create_api(server))) as opened:
        yield opened
