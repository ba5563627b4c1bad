"""``termserver explain``: a rule or a finding in full, with a wrong and a right example."""

from typing import Annotated

import typer

from termserver.cli.shared import EditionPath, Json, Lang, command, open_server, spoken, write_json
from termserver.model.explanations import Explanation

_WORDS = {
    "fa": {
        "why": "چرا",
        "hint": "چه کنیم",
        "category": "ردهٔ خطای سپاس",
        "each": "برای هر",
        "when": "هرگاه",
        "holds": "باید",
        "stands_for": "به جای",
        "source": "منبع",
        "evidence": "شاهد",
        "type": "نوع سند",
        "also": "در این‌ها هم",
        "bad": "نادرست",
        "good": "درست",
        "engine": "در هر سند (یافتهٔ خود موتور)",
        "provisional": "موقت",
    },
    "en": {
        "why": "why",
        "hint": "what to do",
        "category": "SEPAS category",
        "each": "each",
        "when": "when",
        "holds": "holds",
        "stands_for": "in place of",
        "source": "source",
        "evidence": "evidence",
        "type": "document type",
        "also": "also in",
        "bad": "wrong",
        "good": "right",
        "engine": "any document (found by the engine itself)",
        "provisional": "provisional",
    },
}


def register(app: typer.Typer) -> None:
    """Add ``explain`` to the application."""
    command(app, "explain", "explain code.unknown", "explain line-balance --type patient-bill --lang fa")(explain)


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id that a finding carries.")],
    type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="Of this document type, where several have it.")
    ] = "",
    lang: Lang = None,
    edition: EditionPath = None,
    json: Json = False,
) -> None:
    """Explain a rule. What it asks, why, by whose word, and how wrong and right look."""
    with open_server(edition) as server:
        known = server.explain(rule, type)
        if json:
            write_json({**known.as_json(), "release": server.edition.digest})
            return
    for line in lines(known, spoken(lang)):
        typer.echo(line)


def lines(known: Explanation, language: str) -> list[str]:
    """The explanation as a terminal shows it."""
    words = _WORDS[language]
    category = known.category.in_language(language)
    where = known.document_title.in_language(language)
    provisional = f" ({words['provisional']})" if known.provisional else ""
    also = ("، " if language == "fa" else ", ").join(known.also_in)
    said = [
        ("", known.title.in_language(language)),
        ("why", " ".join(known.why.in_language(language).split())),
        ("hint", known.hint.in_language(language) if known.hint else ""),
        ("type", f"{where} [{known.document_type} {known.version}]{provisional}" if where else words["engine"]),
        ("also", also),
        ("category", f"{known.sepas_category} {category}".strip() if known.sepas_category else ""),
        ("each", known.each),
        ("when", " ".join(known.when.split())),
        ("holds", " ".join(known.holds.split())),
        ("stands_for", ", ".join(known.stands_for)),
        ("source", known.source),
        ("evidence", known.evidence),
    ]
    shown = [f"{known.id} · {known.severity} · {known.layer}"]
    shown += [f"  {words[name]}: {text}" if name else f"  {text}" for name, text in said if text]
    for name, excerpt in (("bad", known.excerpt.bad), ("good", known.excerpt.good)):
        if excerpt:
            file = f" ({known.excerpt.file})" if name == "bad" and known.excerpt.file else ""
            shown += ["", f"  {words[name]}{file}:", *(f"    {line}" for line in excerpt.splitlines())]
    return shown
