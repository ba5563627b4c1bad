"""``termserver access roles`` and ``access policy``: what the policy says, and whether its file is right."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, Root, command, content_root, spoken, write_json

if TYPE_CHECKING:
    from termserver.model.access import Policy

app = typer.Typer(help="The policy of access.", no_args_is_help=True)


def register(into: typer.Typer) -> None:
    """Add ``roles`` and ``policy`` to the commands of ``access``."""
    command(into, "roles", "access roles")(roles)
    command(app, "check", "access policy check")(check)
    command(app, "show", "access policy show", "access policy show --role vendor")(show)
    into.add_typer(app, name="policy")


def roles(root: Root = None, lang: Lang = None, json: Json = False) -> None:
    """List the roles, what each may ask for beside what everybody may, and how much."""
    from termserver.model.access import EVERYBODY

    policy, language = policy_in_force(root), spoken(lang)
    told: list[dict[str, Any]] = []
    for role in policy.roles:
        may = [group.id for group in policy.groups if role.id in group.roles]
        told.append({"id": role.id, "title": role.title.as_json(), "per_minute": role.per_minute, "may": may})
    if json:
        write_json({"roles": told, "apart": policy.apart})
        return
    for role, said in zip(policy.roles, told, strict=True):
        groups = "" if role.id == EVERYBODY else "  " + ", ".join(said["may"])
        typer.echo(f"{role.id:<10}  {role.title.in_language(language)}  {role.per_minute}/min{groups}")
    for apart in policy.apart:
        typer.echo(f"{' ≠ '.join(apart)}")


def check(
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Check ``governance/access.yaml``. Status 1 if something is wrong with it."""
    from termserver.content.access_files import read_access
    from termserver.content.tree import Tree
    from termserver.model.access import AccessError

    folder, language = content_root(root), spoken(lang)
    problems: list[Any] = []
    found = read_access(Tree(folder), problems)
    if found is None and not problems:
        raise AccessError(f"{folder} has no governance/access.yaml.", f"{folder} پروندهٔ governance/access.yaml ندارد.")
    if json:
        write_json(
            {
                "problems": [
                    {"line": one.line, "column": one.column, "rule": one.rule, "message": one.message.as_json()}
                    for one in problems
                ]
            }
        )
    for one in [] if json else problems:
        typer.echo(f"{one.file}:{one.line}:{one.column}: {one.message.in_language(language)} [{one.rule}]")
        typer.echo(f"    {one.hint.in_language(language)}")
    if found and not problems and not json:
        routes = sum(len(group.routes) for group in found.groups)
        typer.echo(f"{found.version}: {len(found.roles)} roles, {len(found.groups)} groups, {routes} routes")
    return NO_STATUS if problems else 0


def show(
    role: Annotated[str, typer.Option(help="What somebody with this role may ask.")] = "",
    root: Root = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Show the groups of routes and who may ask each, or what one role may."""
    from termserver.access.facts import Caller
    from termserver.access.policy import Rules
    from termserver.model.access import AccessError

    policy, language = policy_in_force(root), spoken(lang)
    groups = policy.groups
    if role:
        if policy.role(role) is None:
            names = ", ".join(one.id for one in policy.roles)
            raise AccessError(f"There is no role '{role}'; known are: {names}", f"نقش «{role}» نیست؛ {names}")
        may = Rules(policy).standing(Caller("", (role,), "key")).groups
        groups = tuple(one for one in groups if one.id in may)
    if json:
        shown = {one.id for one in groups}
        told = [one for one in policy.as_json()["groups"] if one["id"] in shown]
        write_json({"version": policy.version, "groups": told})
        return
    for group in groups:
        typer.echo(f"{group.id}: {group.title.in_language(language)}  ({', '.join(group.roles)})")
        for route in group.routes:
            typer.echo(f"    {route}")


def policy_in_force(root: Path | None) -> "Policy":
    """The policy of the folders that are named, else of the edition, else of the folders that are near."""
    from termserver.access.policy import released
    from termserver.cli.shared import open_server
    from termserver.content.access_files import policy_in
    from termserver.model.errors import ReleaseError

    if root is None:
        try:
            with open_server(None) as server:
                found = released(server.releases)
            if found is not None:
                return found
        except ReleaseError:
            pass  # nothing is installed here yet
    return policy_in(content_root(root))
