"""``governance/access.yaml``: roles, groups of routes, audiences of registries and token issuers, read and checked."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from termserver.content.problems import Problem, did_you_mean, error, refuse
from termserver.content.tree import Tree
from termserver.content.yaml_files import BOTH, FLAG, NUMBER, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.access import EVERYBODY, POLICY_PATH, AccessError, Dataset, Issuer, Policy, Role, RouteGroup
from termserver.model.text import Text

FILE = "governance/access.yaml"
_ROLE = Keys(
    {
        "id": TEXT,
        "title": BOTH,
        "of_registry": FLAG,
        "per_minute": NUMBER,
        "at_once": NUMBER,
        "together": NUMBER,
        "entries_per_minute": NUMBER,
        "entries_per_day": NUMBER,
    },
    required=("id", "title"),
)
_GROUP = Keys(
    {
        "id": TEXT,
        "title": BOTH,
        "routes": WORDS,
        "roles": WORDS,
        "origins": WORDS,
        "seconds": NUMBER,
        "page": FLAG,
    },
    required=("id", "title", "routes", "roles"),
)
_DATASET = Keys({"id": TEXT, "qualified": WORDS, "registrar": WORDS, "hidden": WORDS}, required=("id",))
_ISSUER = Keys(
    {
        "issuer": TEXT,
        "audience": TEXT,
        "keys": TEXT,
        "algorithms": WORDS,
        "claim": TEXT,
        "name_claim": TEXT,
        "roles": WORDS,
    },
    required=("issuer", "audience", "keys"),
)
ACCESS = Keys(
    {
        "version": TEXT,
        "roles": Many(_ROLE),
        "apart": WORDS,
        "groups": Many(_GROUP),
        "datasets": Many(_DATASET),
        "issuers": Many(_ISSUER),
    },
    required=("version", "roles", "groups"),
)
_ROUTE = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) /(?:[^\s{}]|\{[a-z_]+(?::path)?\})*", re.ASCII)
# a shared secret between us and an issuer would let whoever knows our half make tokens
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


def policy_in(root: Path) -> Policy:
    """The policy of the content folders in ``root``; raise AccessError if there is none, ContentError for mistakes."""
    problems: list[Problem] = []
    found = read_access(Tree(root), problems)
    refuse(problems)
    if found is None:
        raise AccessError(
            f"{root / FILE} is not there; see docs/access.md.", f"{root / FILE} نیست؛ docs/access.md را ببینید."
        )
    return found


def read_access(tree: Tree, problems: list[Problem]) -> Policy | None:
    """The policy of the tree, or None if there is none or it cannot be read; what is wrong joins ``problems``."""
    data = tree.read(FILE)
    values = None if data is None else read_yaml(FILE, data, ACCESS, problems)
    if values is None:
        return None
    roles, groups = values.children("roles"), values.children("groups")
    known = {said.text("id") for said in roles}
    datasets = values.children("datasets")
    for said in groups:
        problems += _roles(said, "roles", known)
        problems += _routes(said)
    for said in datasets:
        problems += [*_roles(said, "qualified", known), *_roles(said, "registrar", known)]
    apart = tuple(tuple(one.split()) for one in values.words("apart"))
    for n, together in enumerate(apart):
        problems += (_unknown_role(values, "apart", n, role, known) for role in together if role not in known)
    if EVERYBODY not in known:
        problems.append(
            _wrong(values, "roles", "access.roles", f"نقش {EVERYBODY} نیست.", f"There is no role {EVERYBODY}.")
        )
    problems += _once(groups)
    issuers = tuple(_issuer(said, known, problems) for said in values.children("issuers"))
    return Policy(
        values.text("version"),
        tuple(_role(said) for said in roles),
        tuple(_group(said) for said in groups),
        tuple(
            Dataset(said.text("id"), said.words("qualified"), said.words("registrar"), said.words("hidden"))
            for said in datasets
        ),
        apart,
        issuers,
    )


def released(policy: Policy | None) -> dict[str, bytes]:
    """The policy as a release carries it, by its path there."""
    if policy is None:
        return {}
    return {POLICY_PATH: orjson.dumps(policy.as_json(), option=orjson.OPT_SORT_KEYS)}


def _role(said: Values) -> Role:
    return Role(
        said.text("id"),
        said.both("title"),
        said.number("per_minute"),
        said.number("at_once"),
        said.number("together"),
        said.number("entries_per_minute"),
        said.number("entries_per_day"),
        said.flag("of_registry"),
    )


def _group(said: Values) -> RouteGroup:
    return RouteGroup(
        said.text("id"),
        said.both("title"),
        said.words("routes"),
        said.words("roles"),
        said.words("origins"),
        said.number("seconds"),
        said.flag("page"),
    )


def _issuer(said: Values, known: set[str], problems: list[Problem]) -> Issuer:
    usual = Issuer("", "", "")
    for n, algorithm in enumerate(said.words("algorithms")):
        if algorithm not in ALGORITHMS:
            fa, en = f"الگوریتم {algorithm} پذیرفته نیست.", f"The algorithm {algorithm} is not accepted."
            problems.append(_wrong(said, "algorithms", "access.algorithm", fa, en, n, ", ".join(ALGORITHMS)))
    for n, pair in enumerate(said.words("roles")):
        ours = pair.partition("=")[2]
        if ours.partition(":")[0] not in known:
            problems.append(_unknown_role(said, "roles", n, ours, known))
    return Issuer(
        said.text("issuer"),
        said.text("audience"),
        said.text("keys"),
        said.words("algorithms") or usual.algorithms,
        said.text("claim", usual.claim),
        said.words("roles"),
        said.text("name_claim", usual.name_claim),
    )


def _roles(said: Values, key: str, known: set[str]) -> Iterator[Problem]:
    for n, role in enumerate(said.words(key)):
        if role not in known:
            yield _unknown_role(said, key, n, role, known)


def _unknown_role(said: Values, key: str, n: int, role: str, known: set[str]) -> Problem:
    return error(
        FILE,
        said.place(key, n),
        "access.role",
        Text(fa=f"نقش «{role}» شناخته نیست.", en=f"There is no role '{role}'."),
        did_you_mean(
            role,
            known,
            Text(fa=f"یکی از اینها: {', '.join(sorted(known))}", en=f"Use one of: {', '.join(sorted(known))}"),
        ),
    )


def _routes(said: Values) -> Iterator[Problem]:
    for n, route in enumerate(said.words("routes")):
        if not _ROUTE.fullmatch(route):
            fa, en = f"«{route}» یک راه نیست.", f"'{route}' is not a route."
            yield _wrong(said, "routes", "access.route", fa, en, n, "GET /api/codesystems/{system}")


def _once(groups: tuple[Values, ...]) -> Iterator[Problem]:
    """Each route stands in one group, each group once."""
    seen: dict[str, str] = {}
    for said in groups:
        id = said.text("id")
        for key, one in [("id", id), *(("routes", route) for route in said.words("routes"))]:
            if one in seen:
                fa, en = f"«{one}» دو بار آمده است ({seen[one]}).", f"'{one}' is there twice (also in {seen[one]})."
                yield _wrong(said, key, "access.twice", fa, en)
            seen[one] = id


def _wrong(said: Values, key: str, rule: str, fa: str, en: str, n: int | None = None, example: str = "") -> Problem:
    hint = (
        Text(fa=f"مانند: {example}", en=f"For example: {example}")
        if example
        else Text("docs/access.md", "docs/access.md")
    )
    return error(FILE, said.place(key, n), rule, Text(fa=fa, en=en), hint)
