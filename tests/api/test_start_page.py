"""The start page: right-to-left, safe, useful without a script."""

from starlette.testclient import TestClient


def test_the_page_is_right_to_left_and_shows_hits_without_a_script(client: TestClient) -> None:
    answer = client.get("/", params={"q": "تامین", "system": "insurer"})
    assert answer.status_code == 200
    assert '<html lang="fa" dir="rtl">' in answer.text
    assert 'data-system="insurer" data-code="1"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_was_typed_comes_back_as_text_and_never_as_markup(client: TestClient) -> None:
    page = client.get("/", params={"q": "<script>alert(1)</script>\"'"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_unknown_system_is_said_on_the_page(client: TestClient) -> None:
    answer = client.get("/", params={"q": "a", "system": "nosuch", "lang": "en"})
    assert answer.status_code == 200
    assert "nosuch" in answer.text


def test_the_assets_are_served_and_nothing_else(client: TestClient) -> None:
    assert client.get("/static/app.js").status_code == 200
    assert client.get("/static/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/../templates/start.html").status_code == 404
    assert client.get("/static/start.html").status_code == 404
