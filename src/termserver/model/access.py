"""Who may see what, as the committee's policy says it: roles, groups of routes, registries, identity providers."""

from typing import Any

from termserver.model.codes import Audience
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import fields, value

POLICY_PATH = "governance/access.json"
"""Where a release carries the policy."""
EVERYBODY = "anonymous"
"""The role of those without a name; whoever has a name has this role too."""


class AccessError(UsageError):
    """A policy, a snapshot, a key or a grant cannot be used; the message says why and the way out."""


@value
class Role:
    """A role and how much it may ask: requests a minute (``at_once`` after a rest), entries of registries a minute
    and a day, requests at the same time. 0 is no limit. ``of_registry``: it is held for one registry by name."""

    id: str
    title: Text
    per_minute: int = 0
    at_once: int = 0
    together: int = 0
    entries_per_minute: int = 0
    entries_per_day: int = 0
    of_registry: bool = False


@value
class RouteGroup:
    """Routes that the same roles may ask, as ``METHOD /path/{one}/{rest:path}``.

    ``origins`` are the pages of other sites that may read the answers (``*``: any). A request that takes longer than
    ``seconds`` is given up; 0 is never. ``page`` groups answer people: who may not is led to the login.
    """

    id: str
    title: Text
    routes: tuple[str, ...]
    roles: tuple[str, ...]
    origins: tuple[str, ...] = ()
    seconds: int = 0
    page: bool = False


@value
class Dataset:
    """Who belongs to which audience of a registry (``*``: every registry not named); ``hidden`` are properties that
    are shown to nobody at all, whatever their own audience."""

    id: str
    qualified: tuple[str, ...] = ()
    registrar: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def audience(self, roles: tuple[str, ...]) -> Audience:
        """The narrowest audience that one of the roles belongs to; a role of one registry is written ``role:id``."""
        held = {one.partition(":")[0] for one in roles if one.partition(":")[2] in ("", self.id)}
        if held.intersection(self.registrar):
            return Audience.REGISTRAR
        return (
            Audience.QUALIFIED
            if {one.partition(":")[0] for one in roles}.intersection(self.qualified)
            else Audience.PUBLIC
        )


@value
class Issuer:
    """Somebody whose tokens are believed (OpenID Connect). ``keys`` is the URL or file of the JWKS, ``claim`` the
    path to the list of roles, and ``roles`` says ``theirs=ours``."""

    issuer: str
    audience: str
    keys: str
    algorithms: tuple[str, ...] = ("RS256", "ES256", "EdDSA")
    claim: str = "roles"
    roles: tuple[str, ...] = ()
    name_claim: str = "sub"


@value
class Policy:
    """All of it, as ``governance/access.yaml`` says it. ``apart`` are roles that one person never holds together."""

    version: str
    roles: tuple[Role, ...]
    groups: tuple[RouteGroup, ...]
    datasets: tuple[Dataset, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    issuers: tuple[Issuer, ...] = ()

    def role(self, id: str) -> Role | None:
        """The role, also where it is written with the registry it is held for."""
        return next((one for one in self.roles if one.id == id.partition(":")[0]), None)

    def dataset(self, id: str) -> Dataset:
        """What is said of a registry, else of every other one."""
        said = {one.id: one for one in self.datasets}
        found = said.get(id) or said.get("*")
        return Dataset(id, found.qualified, found.registrar, found.hidden) if found else Dataset(id)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "roles": [_told(one) for one in self.roles],
            "groups": [_told(one) for one in self.groups],
            "datasets": [_told(one) for one in self.datasets],
            "apart": [list(one) for one in self.apart],
            "issuers": [_told(one) for one in self.issuers],
        }

    @classmethod
    def from_json(cls, said: Any) -> "Policy":
        """What ``as_json`` wrote; raise AccessError for anything else."""
        try:
            return cls(
                str(said["version"]),
                tuple(_read(Role, one) for one in said["roles"]),
                tuple(_read(RouteGroup, one) for one in said["groups"]),
                tuple(_read(Dataset, one) for one in said["datasets"]),
                tuple(tuple(one) for one in said["apart"]),
                tuple(_read(Issuer, one) for one in said["issuers"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError):
            raise AccessError("This is not a policy of access.", "این سیاست دسترسی نیست.") from None


def _told(known: Any) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in fields(type(known)):
        one = getattr(known, name)
        if one or name in ("id", "routes", "roles"):
            said[name] = one.as_json() if isinstance(one, Text) else list(one) if isinstance(one, tuple) else one
    return said


def _read(kind: Any, said: dict[str, Any]) -> Any:
    if set(said) - set(fields(kind)):
        raise ValueError
    told: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in said.items()}
    if isinstance(told.get("title"), dict):
        told["title"] = Text(**told["title"])
    return kind(**told)
