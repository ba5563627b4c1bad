"""A client at a committee's desk, as a browser on this machine would be."""

from typing import Any

from starlette.testclient import TestClient

from termserver.api.application import in_front
from termserver.api.committee_desk import CommitteeDesk
from termserver.service import TermServer
from termserver.web import desk_routes
from termserver.web.application import with_pages


def desk_client(server: TermServer, desk: CommitteeDesk) -> Any:
    app, hot = with_pages(server, 0)
    desk_routes.add(app, hot, app.state.site, desk)
    return TestClient(in_front(app, hot), base_url="http://127.0.0.1", client=("127.0.0.1", 5000))
