"""``termserver committee``: proposals, their checks, reviews, approvals and releases, and the journal of all of it."""

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli import adoption, console, votes
from termserver.cli.adoption import Keys, Publication
from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Lang, Root, command, content_root, spoken, write_json
from termserver.cli.votes import Key, Signed
from termserver.model.errors import UsageError
from termserver.model.text import Text

app = typer.Typer(help="Proposals and decisions of the committee.", no_args_is_help=True)

WHO = "TERMSERVER_WHO"
_MANY = 500
"""So many documents are worth two processes."""
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the proposal.")]
As = Annotated[str, typer.Option("--as", metavar="WHO", help=f"Who acts: a seat's holder; else {WHO}.")]
Reason = Annotated[str, typer.Option(help="Why; goes to the journal.")]
Digest = Annotated[str, typer.Option(help="The digest that you looked at; eight letters or more.")]
Database = Annotated[
    str | None, typer.Option(metavar="PLACE", help="The database: a file or a URL; else TERMSERVER_DATABASE_URL.")
]


def register(into: typer.Typer) -> None:
    """Add ``committee`` and its commands to the application."""
    command(app, "propose", "committee propose ../work --kind code-list --title-en 'New wards' --as coder-1")(propose)
    command(app, "revise", "committee revise 7 ../work --based-on 4f1c9a2b --as coder-1")(revise)
    command(app, "check", "committee check 7")(check)
    command(app, "impact", "committee impact 7", "committee impact 7 --corpus documents")(impact)
    command(app, "act", "committee act 7 approve --digest 4f1c9a2b --as member-3")(act)
    command(app, "release", "committee release 7 -o standards.release --as secretary")(release)
    command(app, "list", "committee list", "committee list --waiting-for member-3")(list_)
    command(app, "show", "committee show 7")(show)
    command(app, "journal", "committee journal", "committee journal 7")(journal)
    command(app, "calendar", "committee calendar", "committee calendar --ics > committee.ics")(calendar)
    command(app, "report", "committee report --since 2026-09-23 --until 2027-03-20")(report)
    command(app, "verify-journal", "committee verify-journal")(verify_journal)
    votes.register(app)
    adoption.register(app)
    into.add_typer(app, name="committee")


def propose(
    work: Annotated[Path, typer.Argument(metavar="FOLDER", help="Your working copy of the content folders.")],
    kind: Annotated[str, typer.Option(help="The kind of decision, as governance.yaml names it.")],
    title_fa: Annotated[str, typer.Option(help="What it is about, in Persian.")] = "",
    title_en: Annotated[str, typer.Option(help="What it is about, in English.")] = "",
    emergency: Annotated[bool, typer.Option("--emergency", help="The emergency lane; to be ratified later.")] = False,
    activate_at: Annotated[str, typer.Option(metavar="INSTANT", help="From when it should be in force.")] = "",
    who: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Propose what a working copy says differently."""
    from termserver.publication.agenda import instant_of
    from termserver.publication.changesets import between

    with OpenCommittee(root, database) as committee:
        made = committee.propose(
            acting(who),
            now(),
            kind,
            Text(title_fa, title_en),
            between(committee.root, work),
            emergency,
            instant_of(activate_at),
        )
        tell(made, spoken(lang), json)


def revise(
    number: Number,
    work: Annotated[Path, typer.Argument(metavar="FOLDER", help="Your working copy of the content folders.")],
    based_on: Annotated[str, typer.Option(help="The digest that you began with.")],
    who: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Put another change set in its place. Every approval is void."""
    from termserver.publication.changesets import between

    with OpenCommittee(root, database) as committee:
        changes = between(committee.root, work)
        tell(committee.revise(number, acting(who), now(), changes, based_on), spoken(lang), json)


def check(number: Number, root: Root = None, database: Database = None, lang: Lang = None, json: Json = False) -> int:
    """Run the gates over a proposal. Status 1 if one stops it."""
    language = spoken(lang)
    with OpenCommittee(root, database) as committee:
        found = committee.check(number, now())
    if json:
        write_json({**_as_json(found.proposal), "stopped": [one.as_json() for one in found.stopped]})
    else:
        for one in found.stopped:
            typer.echo(f"{one.item}: {one.says.in_language(language)} [{one.gate}]")
        tell(found.proposal, language, False)
    return NO_STATUS if found.proposal.open_gates else 0


def impact(
    number: Number,
    corpus: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Documents to judge; else the examples.")
    ] = None,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Judge documents by what is in force and by the candidate; show those that turn, and who names a lost code."""
    documents, many = None, False
    if corpus is not None:
        files = sorted(path for path in corpus.rglob("*") if path.suffix in (".xml", ".json"))
        documents, many = ((str(path), path.read_bytes()) for path in files), len(files) >= _MANY
    with OpenCommittee(root, database) as committee:
        found = committee.impact(number, documents, judging=_judging if many else None)
    if json:
        write_json(found.as_json())
        return
    for one in found.turned:
        typer.echo(f"{one.name}: {one.before} → {one.after}  [{', '.join(one.because)}]")
    for named in found.references:
        typer.echo(f"{named.code}: {named.kind} {named.where}")
    for lost in found.coverage:
        typer.echo(f"{lost.map}: -{len(lost.lost)} / {lost.rows}  [{', '.join(lost.lost[:12])}]")
    judged, turn = found.judged, len(found.turned)
    fa, en = f"{judged} سند داوری شد؛ حکم {turn} سند عوض می‌شود", f"{judged} documents were judged; {turn} of them turn"
    typer.echo(fa if spoken(lang) == "fa" else en)


@contextmanager
def _judging(server: Any) -> Iterator[Any]:
    """A judge of documents in a process of its own; two of them use two processors."""
    from termserver.api.pool import Judges

    with Judges(server, 1) as judges:
        yield judges.check_documents


def act(
    number: Number,
    action: Annotated[
        str,
        typer.Argument(
            metavar="MOVE",
            help="comment, review, object, approve, waive, reject, withdraw, schedule, activate, ratify, retire "
            "or retract.",
        ),
    ],
    digest: Digest = "",
    reason: Reason = "",
    gate: Annotated[str, typer.Option(help="The gate to waive.")] = "",
    at_path: Annotated[str, typer.Option(help="The file of the change set that a comment is about.")] = "",
    activate_at: Annotated[
        str, typer.Option(metavar="WHEN", help="A day or an instant, for `schedule`: from when it is in force.")
    ] = "",
    key: Key = None,
    signature: Signed = None,
    who: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Make a move on a proposal, as far as it may be made by you, now, on what you looked at."""
    from termserver.publication.agenda import instant_of

    told = (("reason", reason), ("gate", gate), ("path", at_path), ("activate_at", instant_of(activate_at)))
    said: dict[str, Any] = {name: text for name, text in told if text}
    if action in ("propose", "revise", "check", "release"):
        raise UsageError(
            f"'{action}' is a command of its own: termserver committee {action}",
            f"«{action}» فرمان خودش را دارد: termserver committee {action}",
        )
    with OpenCommittee(root, database) as committee:
        if signed := votes.signature(committee.proposal(number), action, acting(who), key, signature):
            said["signature"] = signed
        tell(committee.act(number, acting(who), now(), action, digest, **said), spoken(lang), json)


def release(
    number: Number,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the release file goes.")],
    version: Annotated[str, typer.Option(help="The version of the release; else the folders' own.")] = "",
    activate_at: Annotated[str, typer.Option(metavar="INSTANT", help="From when it is in force.")] = "",
    who: As = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Put what was approved into the folders and build its release, to be signed and published."""
    from termserver.publication.agenda import instant_of

    with OpenCommittee(root, database) as committee:
        acted = now()
        manifest = committee.release(number, acting(who), acted, output, version, instant_of(activate_at))
        when = committee.proposal(number).activate_at
    if json:
        write_json({"file": str(output), "name": manifest.name, "version": manifest.version, "digest": manifest.digest})
    else:
        typer.echo(f"{output}: {manifest.label} ({manifest.digest[:12]})")
        if when and datetime.datetime.fromisoformat(when) > datetime.datetime.fromisoformat(acted):
            typer.echo(f"→ termserver publish release FOLDER {output} --activate-at {when}")


def list_(
    waiting_for: Annotated[str, typer.Option(metavar="WHO", help="Only what waits for this person's vote.")] = "",
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """List the proposals, and emergency releases that should have been ratified."""
    with OpenCommittee(root, database) as committee:
        found = committee.waiting_for(waiting_for, now()) if waiting_for else committee.proposals()
        overdue = committee.overdue(now())
    if json:
        told = [{"number": one.number, "until": until} for one, until in overdue]
        write_json({"proposals": [_as_json(one) for one in found], "overdue": told})
        return
    if not found and not overdue:
        typer.echo("پیشنهادی نیست." if spoken(lang) == "fa" else "No proposals.")
    for one in found:
        tell(one, spoken(lang), False)
    for one, until in overdue:
        late = f"باید تا {until} تأیید می‌شد" if spoken(lang) == "fa" else f"should have been ratified by {until}"
        typer.echo(f"! {one.number}: {late}")


def show(number: Number, root: Root = None, database: Database = None, lang: Lang = None, json: Json = False) -> None:
    """Show a proposal and the files that it changes."""
    with OpenCommittee(root, database) as committee:
        found, changes = committee.proposal(number), committee.change_set(number)
    if json:
        write_json({**_as_json(found), "files": [one.path for one in changes.changes]})
        return
    tell(found, spoken(lang), False)
    for one in changes.changes:
        typer.echo(f"  {'+' if not one.before else '-' if one.after is None else '~'} {one.path}")


def journal(
    number: Annotated[int | None, typer.Argument(metavar="NUMBER", help="One proposal; else all.")] = None,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> int:
    """Show who did what, when, to which digest. Status 1 if a line is not as it was written."""
    with OpenCommittee(root, database) as committee:
        lines, broken = committee.store.lines(number), committee.store.broken_line()
    if json:
        write_json({"lines": [line.as_json() for line in lines], "broken_at": broken or None})
    else:
        for line in lines:
            what = f"#{line.proposal}  {line.who}  {line.action}  {line.digest[:12]}  {line.said.get('reason', '')}"
            typer.echo(f"{line.number}  {line.at}  {what}")
        if broken:
            persian = f"سطر {broken} آن نیست که نوشته شد"
            typer.echo(persian if spoken(lang) == "fa" else f"line {broken} is not as it was written", err=True)
    return NO_STATUS if broken else 0


def calendar(
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day (default: today).")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day.")] = "",
    ics: Annotated[bool, typer.Option("--ics", help="Write an iCalendar file.")] = False,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Say what happens when: activations, ratifications that are due, stages of transition plans, ends of codes."""
    from termserver.content.folders import read
    from termserver.model.days import jalali_text, parse_day, today
    from termserver.publication import agenda

    first, last = parse_day(since) if since else today(), parse_day(until) if until else ""
    with OpenCommittee(root, database) as committee:
        found = agenda.items(committee.governance, committee.proposals(), read(committee.root), first, last)
    language = spoken(lang)
    if json:
        write_json({"items": [one.as_json() for one in found]})
    elif ics:
        console.write_bytes(agenda.calendar_file(found, language, now()))
    else:
        for one in found:
            says = one.says.in_language(language)
            typer.echo(
                f"{one.day}  {jalali_text(one.day)}  {one.what:<9}  {says}{f'  #{one.proposal}' * bool(one.proposal)}"
            )


def verify_journal(root: Root = None, database: Database = None, lang: Lang = None, json: Json = False) -> int:
    """Verify the journal: its chain, and the signature of each vote. Status 1 if something does not stand."""
    from termserver.publication.votes import verify

    with OpenCommittee(root, database) as committee:
        found = verify(committee.governance, committee.store.lines(), committee.store.broken_line())
    return votes.tell_verified(found, spoken(lang), json)


def report(
    since: Annotated[str, typer.Option("--since", "--from", metavar="DAY", help="The first day, of either calendar.")],
    until: Annotated[str, typer.Option("--until", "--to", metavar="DAY", help="The last day.")],
    publication: Publication = None,
    keys: Keys = None,
    root: Root = None,
    database: Database = None,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Say who took part and what was decided between two days; and who runs what now, of a publication."""
    from termserver.model.days import parse_day

    with OpenCommittee(root, database) as committee:
        found = committee.report(parse_day(since), parse_day(until))
    if publication is not None:
        found["adoption"] = adoption.told_of(publication, keys)
    if json:
        write_json(found)
        return
    for name, did in sorted(found["people"].items()):
        typer.echo(f"{name}: {', '.join(f'{action} {count}' for action, count in sorted(did.items()))}")
    typer.echo(", ".join(f"{state} {count}" for state, count in sorted(found["proposals"].items())))
    for one in found.get("adoption", {}).get("releases", ()):
        typer.echo(f"{one['name']} {one['version']}: {one['systems']} ({one['standing']})")


class OpenCommittee:
    """The committee of the folders, its database open."""

    def __init__(self, root: Path | None, database: str | None) -> None:
        self._root, self._database = root, database

    def __enter__(self) -> Any:
        from termserver.content.governance_files import read_governance
        from termserver.database.proposal_store import ProposalStore
        from termserver.publication.committee import Committee
        from termserver.releases import editions

        root = content_root(self._root)
        governance = read_governance(root)
        self._store = ProposalStore.open(self._database, editions.default_folder())
        return Committee(self._store, governance, root)

    def __exit__(self, *_: object) -> None:
        self._store.close()


def acting(said: str) -> str:
    """Who acts: whoever is said, else TERMSERVER_WHO; raise UsageError if nobody is."""
    who = said or os.environ.get(WHO, "")
    if not who:
        raise UsageError(f"Say who acts: --as WHO, or {WHO}.", f"بگویید چه کسی: --as WHO یا {WHO}.")
    return who


def now() -> str:
    """The instant as the journal writes it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_json(one: Any) -> dict[str, Any]:
    told = ("number", "kind", "author", "digest", "quorum", "emergency", "activate_at", "approvals", "reviews",
            "objections", "ratified", "release")  # fmt: skip
    return {**{name: getattr(one, name) for name in told}, "title": dict(one.title), "state": str(one.state),
            "open_gates": list(one.open_gates)}  # fmt: skip


def tell(one: Any, language: str, json: bool) -> None:
    """Show a proposal: one line, or all of it as JSON."""
    if json:
        write_json(_as_json(one))
        return
    title = one.title.get(language) or one.title.get("en") or one.title.get("fa") or ""
    votes = f"{len(one.approvals)}/{one.quorum}"
    gates = f"  ✗ {', '.join(one.open_gates)}" if one.open_gates else ""
    typer.echo(f"#{one.number} {one.state}  {title}  {one.author}  {votes}  {one.digest[:16]}{gates}")
