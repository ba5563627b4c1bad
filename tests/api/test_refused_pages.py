"""What a browser sees where it is refused: a page in the frame of all others, in its reader's language."""

from collections.abc import Iterator

import pytest
from guarded import client_of, node, the_policy
from starlette.testclient import TestClient

from termserver.service import TermServer
from termserver.web.application import create

VENDOR, KEY = client_of("vendor")
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module", params=["served", "embedded"])
def client(request: pytest.FixtureRequest, server: TermServer) -> Iterator[TestClient]:
    """Behind the guard's policy, where it answers; and with everything allowed, where the application does."""
    access = node(the_policy(), (VENDOR,)) if request.param == "served" else None
    with TestClient(create(server, 0, access), client=("198.51.100.7", 1)) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/search", "/nothere?q=<script>alert(1)</script>", "/committee/%3Cb%3E"])
def test_a_browser_that_asks_for_nothing_of_ours_sees_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 404 and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "در این نشانی چیزی نیست" in answer.text and 'href="/browse"' in answer.text and 'name="q"' in answer.text
    assert "alert(1)" not in answer.text and "<b>" not in answer.text and "nothere" not in answer.text
    assert "style-src 'self'" in answer.headers["content-security-policy"]


def test_the_page_speaks_the_language_that_the_address_asks_for(client: TestClient) -> None:
    answer = client.get("/nothere?lang=en", headers=BROWSER)
    assert "There is nothing at this address" in answer.text and 'href="/help?lang=en"' in answer.text


@pytest.mark.parametrize("path", ["/api/nothere", "/packages/nothere/1.0/x", "/nothere"])
def test_a_program_gets_the_one_error_shape(client: TestClient, path: str) -> None:
    accept = {"accept": "*/*"} if path == "/nothere" else BROWSER
    assert client.get(path, headers=accept).json()["error"]["status"] == 404


def test_the_other_refusals_stand_in_the_same_frame(client: TestClient) -> None:
    answer = client.get("/desk?lang=en", headers={**BROWSER, "x-api-key": KEY})
    if answer.status_code == 404:  # embedded without a desk
        assert "There is nothing at this address" in answer.text
        return
    assert answer.status_code == 403 and "the-vendor" in answer.text and 'href="/login?lang=en"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_where_a_slash_more_leads_on_the_way_stays_on_this_site(server: TermServer) -> None:
    with TestClient(create(server, 0), base_url="http://inside:8000") as client:
        proxied = {**BROWSER, "x-forwarded-proto": "https", "x-forwarded-host": "codes.example"}
        answer = client.get("/registries/nope?lang=en", headers=proxied, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, "/registries/nope/?lang=en")
        ended = client.get(answer.headers["location"], headers=proxied)
        assert ended.status_code == 404 and ended.headers["content-type"].startswith("text/html")
        assert client.get("/help/", follow_redirects=False).headers["location"] == "/help"
