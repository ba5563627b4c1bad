"""A client of the whole application, over the project's own content."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from termserver.service import TermServer
from termserver.web.application import create


@pytest.fixture(scope="session")
def client(server: TermServer) -> Iterator[TestClient]:
    with TestClient(create(server)) as opened:
        yield opened
