"""What a scanner asks of every route: honest headers, nothing reflected raw, nothing that breaks, strict names."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from guarded import client_of, every_route, filled, node, the_policy, without_shares
from starlette.testclient import TestClient

from termserver.service import TermServer
from termserver.web.application import create, with_pages

HOSTILE = (
    '"><svg/onload=alert(1)>',
    "'-alert(1)-'",
    "</script><script>alert(1)</script>",
    "{{7*7}}${7*7}<%=7*7%>",
    "a\r\nX-Injected: yes",
    "../../../../etc/passwd",
    "' OR 1=1; DROP TABLE proposal; --",
    "javascript:alert(1)",
    "\u202e\u0000\ufffe",
    "%00%0d%0aSet-Cookie:%20a=b",
)
NAMES = (
    "q", "lang", "on", "known_on", "system", "piece", "offset", "limit", "c", "format", "before", "after", "kind",
    "example", "type", "to", "city", "registry", "code", "terms", "syntax", "display", "query", "comment", "map", "url",
    "_format", "property", "date",
)  # fmt: skip
RAW = re.compile(r"<svg/onload|<script>alert|49\$\{|root:x:0", re.I)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
DOWNLOADS = ("/basket?c=gender|1&format=csv", "/basket?c=gender|1&format=json", "/api/conformance/corpus.zip")
# the shape of these bodies and queries is set by others: FHIR, npm, the former service, Prometheus
NOT_OURS = ("/fhir/", "/packages/", "/compat/", "/docs", "/openapi.json", "/static/", "/widget.js", "/favicon.ico")


@pytest.fixture(scope="module")
def routes(server: TermServer) -> list[tuple[str, str]]:
    app, _ = with_pages(server, 0)
    return every_route(app)


@pytest.fixture(scope="module")
def client(server: TermServer) -> Iterator[TestClient]:
    roles = ("vendor", "registrar:physicians", "editor", "auditor", "operator")
    known = [client_of(role) for role in roles]
    access = node(without_shares(the_policy()), tuple(one for one, _ in known))
    everything = TestClient(create(server, 0, access), base_url="https://codes.example", raise_server_exceptions=False)
    everything.headers["x-api-key"] = known[0][1]
    with everything:
        yield everything


def test_every_answer_carries_what_keeps_browsers_honest(client: TestClient, routes: list[tuple[str, str]]) -> None:
    for method, template in [*routes, ("GET", "/nothing/here"), ("DELETE", "/api/search"), ("OPTIONS", "/api/search")]:
        answer = client.request(method, filled(template), follow_redirects=False)
        said, where = answer.headers, f"{method} {template} ({answer.status_code})"
        for name, value in ALWAYS.items():
            assert said.get(name) == value, f"{where}: {name} is {said.get(name)}"
        policy = said["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, where
        if template not in ("/docs", "/docs/oauth2-redirect", "/openapi.json"):
            assert "unsafe" not in policy and "http" not in policy, where
        assert said["cross-origin-resource-policy"] in ("same-origin", "cross-origin"), where
        assert "camera=()" in said["permissions-policy"] and "max-age=" in said["strict-transport-security"], where
        assert "server" not in said and "x-powered-by" not in said, where
        assert "set-cookie" not in said or "httponly" in said["set-cookie"].lower(), where


def test_pages_of_other_sites_read_what_the_policy_says_and_no_more(
    client: TestClient, routes: list[tuple[str, str]]
) -> None:
    open_to_all = {route for group in the_policy().groups if "*" in group.origins for route in group.routes}
    for method, template in routes:
        answer = client.request(method, filled(template), headers={"origin": "https://other.example"})
        allowed = answer.headers.get("access-control-allow-origin")
        anything = method == "GET" and template.startswith(("/fhir/", "/packages/", "/publication/"))
        expected = "*" if f"{method} {template}" in open_to_all or anything else None
        assert allowed == expected, f"{method} {template}"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", DOWNLOADS)
def test_a_download_is_a_download(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")


def reflected(answer: Any) -> str:
    """What an answer gives back raw that a browser would run; empty for none."""
    if any(name.lower() == "x-injected" for name in answer.headers):
        return "a header"
    if "html" in answer.headers.get("content-type", "") and (found := RAW.search(answer.text)):
        return found[0]
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_is_reflected_and_nothing_of_ours_breaks(
    client: TestClient, routes: list[tuple[str, str]], hostile: str
) -> None:
    from urllib.parse import quote

    safe = quote(hostile, safe="")
    for method, template in routes:
        paths = [filled(template, safe)] if "{" in template else []
        if method == "GET":
            query = "&".join(f"{name}={safe}" for name in NAMES)
            paths += [f"{filled(template)}?{name}={safe}" for name in NAMES[:8]] + [f"{filled(template)}?{query}"]
        for path in paths or [filled(template)]:
            answer = client.request(
                method, path, data=dict.fromkeys(NAMES, hostile) if method == "POST" else None, follow_redirects=False
            )
            where = f"{method} {path}"
            assert answer.status_code < 500, f"{where} → {answer.status_code}: {answer.text[:300]}"
            assert not reflected(answer), f"{where} gives back {reflected(answer)}"
            assert "evil" not in answer.headers.get("location", "") and "javascript:" not in answer.headers.get(
                "location", ""
            )


def test_an_unknown_parameter_of_the_api_is_an_error_that_names_the_nearest(
    client: TestClient, routes: list[tuple[str, str]]
) -> None:
    lax = []
    for method, template in routes:
        if method == "GET" and template.startswith("/api/") and not template.startswith(NOT_OURS):
            known = client.get(filled(template))
            answer = client.get(filled(template) + "?lagn=fa")
            if known.status_code in (401, 403) or (known.status_code == 404 and answer.status_code == 404):
                continue
            if answer.status_code != 400 or answer.json()["error"]["code"] != "bad-parameter":
                lax.append(f"{template} {answer.status_code} {answer.text[:200]}")
    assert not lax, f"these take any parameter: {lax}"
