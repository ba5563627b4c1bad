"""``termserver content mutate``: valid examples made wrong in one thing each, and whether the judge sees it."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from termserver.cli.console import NO_STATUS
from termserver.cli.shared import Json, Root, content_root, write_json
from termserver.model.errors import UnknownDocumentType, UsageError

EXAMPLES = ("content mutate --type patient-bill", "content mutate --write")
PAGE = "docs/mutation.md"


def mutate(
    type: Annotated[str, typer.Option("--type", metavar="TYPE", help="Only this document type.")] = "",
    every: Annotated[int, typer.Option(help="Only each so-many-th field, for a quick look.", min=1)] = 1,
    write: Annotated[bool, typer.Option("--write", help=f"Write {PAGE}, which needs all types and mutants.")] = False,
    root: Root = None,
    json: Json = False,
) -> int:
    """Make valid examples wrong in one thing each. Say which the judge catches by the finding meant for it."""
    from termserver.validation import mutation_page
    from termserver.validation.mutation import STATES

    if write and (type or every > 1):
        raise UsageError(
            f"--write writes the whole of {PAGE}; leave out --type and --every.",
            f"‎--write‎ همهٔ {PAGE} را می‌نویسد؛ ‎--type‎ و ‎--every‎ را بردارید.",
        )
    folder = content_root(root)
    done: list[Any] = []
    with tempfile.TemporaryDirectory() as room:
        for kind, outcomes in _outcomes(folder, Path(room), type, every):
            done += outcomes
            if not json:
                counted = Counter(one.state for one in outcomes)
                told = ", ".join(f"{counted[state]} {state}" for state in STATES if counted[state])
                typer.echo(f"{kind}: {len(outcomes)} mutants, {told}")
    worst = mutation_page.worst(done)
    if json:
        write_json({"mutants": [one._asdict() for one in done], "survivors": len(worst)})
    else:
        for one in worst:
            found = ", ".join(rule for rule, _ in one.found) or "nothing"
            typer.echo(f"  {one.document_type} {one.path}, {one.kind} ({one.form}): {found}, not {'/'.join(one.meant)}")
    if write:
        (folder / PAGE).write_text(mutation_page.page(done), encoding="utf-8")
    return NO_STATUS if worst else 0


def _outcomes(root: Path, room: Path, type: str, every: int) -> Iterator[tuple[str, list[Any]]]:
    """What came of the mutants of each document type."""
    from termserver.build import build_release
    from termserver.content.folders import read
    from termserver.content.ruleset_files import shown
    from termserver.service import TermServer
    from termserver.validation import mutation

    release = room / "content.release"
    build_release(read(root), release, "content", "mutated")
    with TermServer.open(release) as server:
        types = server.document_types()
        wanted = [known for known in types if type in ("", known.id)]
        if not wanted:
            listed = ", ".join(sorted({known.id for known in types}))
            raise UnknownDocumentType(
                f"There is no document type '{type}'. Known: {listed}.", f"نوع سند «{type}» نیست. موجود: {listed}."
            )
        for known in wanted:
            folder = root / "validators" / known.id / known.version / "examples"
            valid = [path.read_bytes() for path in sorted(folder.glob("valid/*.json"))]
            done = list(mutation.outcomes(known, valid, server.terminology, server.check_document, every))
            for n, path in enumerate(sorted([*folder.glob("invalid/*.xml"), *folder.glob("invalid/*.json")])):
                if n % every == 0:
                    rule, as_of = shown(path.name)
                    report = server.check_document(path.read_bytes(), as_of=as_of)
                    done.append(mutation.of_example(known.id, path.suffix[1:], rule, report))
            yield known.id, done
