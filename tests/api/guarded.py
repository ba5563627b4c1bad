"""The application behind a guard that knows some clients, and every route that it really has."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from termserver.access import api_keys
from termserver.access.node import NodeAccess
from termserver.access.policy import Rules
from termserver.access.recognition import Proxies, Recogniser
from termserver.access.snapshot import Client, HeldRole, KeptKey
from termserver.content.access_files import policy_in
from termserver.model.access import Policy
from termserver.model.days import ALWAYS
from termserver.model.values import replace

PEPPER = b"a secret that only the tests know"
ROOT = Path(__file__).resolve().parents[2]


def the_policy() -> Policy:
    return policy_in(ROOT)


def without_shares(policy: Policy) -> Policy:
    """The policy for tests that ask more in a minute than anybody may."""
    free = [replace(role, per_minute=0, at_once=0, entries_per_minute=0, entries_per_day=0) for role in policy.roles]
    return replace(policy, roles=tuple(free))


def client_of(role: str, scopes: tuple[str, ...] = ()) -> tuple[Client, str]:
    """A client that holds one role, and its key."""
    key, prefix = api_keys.new_key()
    kept = KeptKey(prefix, api_keys.keyed_hash(key, PEPPER), "2099-01-01", scopes)
    name = f"the-{role.replace(':', '-')}"
    return Client(name, "an invented company", (HeldRole(role, ALWAYS),), (kept,), (f"CN={name}",)), key


def node(policy: Policy, clients: tuple[Client, ...] = (), proxies: str = "", **more: Any) -> NodeAccess:
    known = Proxies.of(proxies, "x-client-subject" if proxies else "")
    return NodeAccess(Recogniser(Rules(policy), clients, PEPPER, proxies=known, **more))


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """Method and template of every route the application has, those of included routers too."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner)
        elif getattr(route, "methods", None):
            yield from ((method, route.path) for method in sorted(route.methods - {"HEAD"}))


def every_route(app: Any) -> list[tuple[str, str]]:
    """All of it: what FastAPI knows, and the doors of FHIR and SVS beside it."""
    beside = [("GET", "/fhir/{rest:path}"), ("POST", "/fhir/{rest:path}"), ("GET", "/svs/{rest:path}")]
    return sorted({*routes_of(app), *beside})


def filled(template: str, value: str = "x") -> str:
    """A path of that template."""
    return re.sub(r"\{[^}]*\}", value, template)
