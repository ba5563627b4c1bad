"""Who may ask what: role by route, over every route the application really has, the hot ones and FHIR included."""

from collections.abc import Iterator

import pytest
from guarded import client_of, every_route, filled, node, the_policy
from starlette.testclient import TestClient

from termserver.access.facts import Caller
from termserver.access.policy import Rules
from termserver.api.registry_desk import Desk
from termserver.model.access import Dataset
from termserver.model.codes import Audience, Property
from termserver.model.registries import record_of, record_text
from termserver.model.values import replace
from termserver.service import TermServer
from termserver.web.application import create, with_pages

POLICY = the_policy()
ROLES = [role.id for role in POLICY.roles]
PUBLIC = {
    "service", "description", "session", "assets", "pages", "proposing", "judging-pages", "search", "codes", "judging",
    "conformance", "fhir", "registries", "entries", "verification", "registry-pages", "former-names", "publication",
    "packages", "mapping", "who-am-i",
}  # fmt: skip
DESK = {"desk", "committee"}
TABLE = {
    "anonymous": set(),
    "vendor": {"history", "registry-changes"},
    "coder": set(),
    "registrar": {"history", "registry-changes"},
    "editor": DESK,
    "reviewer": DESK,
    "approver": DESK,
    "publisher": DESK,
    "auditor": DESK | {"history", "audit"},
    "operator": {"metrics", "registry-changes", "access-snapshot"},
}
"""What each role may beside what everybody may; written here once more, so that a change is seen twice."""


@pytest.fixture(scope="module")
def routes(server: TermServer) -> list[tuple[str, str]]:
    app, _ = with_pages(server, 0)
    return every_route(app)


def test_every_route_of_the_application_is_described_by_the_policy(routes: list[tuple[str, str]]) -> None:
    rules = Rules(POLICY)
    missing = [
        f"{method} {template}"
        for method, template in routes
        if (found := rules.find(method, filled(template))) is None or found.group is None
    ]
    assert not missing, f"governance/access.yaml does not say who may ask: {missing}"


@pytest.mark.parametrize("role", ROLES)
def test_the_policy_says_what_the_table_says(role: str) -> None:
    standing = Rules(POLICY).standing(Caller("somebody", (role,), "key"))
    assert standing.groups == PUBLIC | TABLE[role]


@pytest.fixture(scope="module")
def guarded(server: TermServer) -> Iterator[tuple[TestClient, dict[str, str]]]:
    known = {role: client_of(role) for role in ROLES if role != "anonymous"}
    access = node(POLICY, tuple(client for client, _ in known.values()))
    with TestClient(create(server, 0, access), raise_server_exceptions=False) as client:
        yield client, {role: key for role, (_, key) in known.items()}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_the_routes_of_its_groups_and_no_other(
    guarded: tuple[TestClient, dict[str, str]], routes: list[tuple[str, str]], role: str
) -> None:
    client, keys = guarded
    headers = {} if role == "anonymous" else {"authorization": f"Bearer {keys[role]}"}
    rules = Rules(POLICY)
    for method, template in routes:
        found = rules.find(method, filled(template))
        assert found is not None and found.group is not None
        answer = client.request(method, filled(template), headers=headers, follow_redirects=False)
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        refused = answer.status_code in (401, 403) and "needs" in said.get("error", {})
        may = found.group.id in PUBLIC | TABLE[role]
        assert refused is not may, f"{role}: {method} {template} → {answer.status_code}"
        if not may:
            assert answer.status_code == (401 if role == "anonymous" else 403)
            assert said["error"]["needs"] == list(found.group.roles)


AUDIENCES = {
    "anonymous": Audience.PUBLIC,
    "vendor": Audience.QUALIFIED,
    "coder": Audience.PUBLIC,
    "registrar:physicians": Audience.REGISTRAR,
    "registrar:centres": Audience.QUALIFIED,
    "editor": Audience.PUBLIC,
    "reviewer": Audience.PUBLIC,
    "approver": Audience.PUBLIC,
    "publisher": Audience.PUBLIC,
    "auditor": Audience.QUALIFIED,
    "operator": Audience.PUBLIC,
}
"""To which audience of the physicians each role belongs."""
REACH = {
    Audience.PUBLIC: {Audience.PUBLIC},
    Audience.QUALIFIED: {Audience.PUBLIC, Audience.QUALIFIED},
    Audience.REGISTRAR: {Audience.PUBLIC, Audience.QUALIFIED, Audience.REGISTRAR},
}


@pytest.mark.parametrize("role", AUDIENCES)
def test_each_role_sees_the_properties_of_its_audience_and_no_other(server: TermServer, role: str) -> None:
    desk, standing = Desk(server), Rules(POLICY).standing(Caller("somebody", (role,), "key"))
    system = server.resolve("physicians")
    facts = [Property(one.code, record_text({f.code: "1" for f in one.fields}) or "1") for one in system.properties]
    seen = {one.code: record_of(one.value) for one in desk.shaper(system, standing).properties(facts)}
    reach = REACH[AUDIENCES[role]]
    assert set(seen) == {one.code for one in system.properties if one.audience in reach}
    for known in system.properties:
        if known.code in seen and known.fields:
            assert set(seen[known.code]) == {field.code for field in known.fields if field.audience in reach}
    desk.close()


def test_the_policy_hides_a_property_from_everybody(server: TermServer) -> None:
    system = server.resolve("physicians")
    hidden = next(one.code for one in system.properties if one.audience is Audience.PUBLIC)
    narrower = replace(POLICY, datasets=(*POLICY.datasets, Dataset("physicians", hidden=(hidden,))))
    desk, facts = Desk(server), [Property(hidden, "1")]
    for policy, many in ((POLICY, 1), (narrower, 0)):
        standing = Rules(policy).standing(Caller("somebody", ("registrar:physicians",), "key"))
        assert len(desk.shaper(system, standing).properties(facts)) == many
    desk.close()
