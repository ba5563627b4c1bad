"""The options of ``termserver validate``, declared once for both parsers that show them."""

from typing import NamedTuple

SUMMARY = "Judge documents by schema, codes and rules before they are sent."
EXAMPLES = """examples:
  termserver validate bill.xml
  termserver validate --json out/ > reports.json
  termserver validate --lang fa --require-checked bill.json
  termserver validate out/ batch.zip orders.ndjson.gz --jobs 2
  termserver validate --to hix --to wix bill.xml
  termserver validate out/ --output sarif:findings.sarif --output junit:junit.xml
  termserver validate out/ --changed-since origin/main
  type bill.xml | termserver validate -

exit status: 0 all accepted, 1 a document is rejected, 2 wrong usage or a missing file,
3 a document could not be decided, 4 internal failure; over many files 4 > 2 > 1 > 3 > 0."""


class Option(NamedTuple):
    """One option: a flag when ``flag``, else it takes a value, one of ``choices`` where there are any.

    ``many``: it may be given several times.
    """

    name: str
    help: str
    flag: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    metavar: str = ""
    many: bool = False

    @property
    def field(self) -> str:
        """The name of the parsed value."""
        return self.name.removeprefix("--").replace("-", "_")


FILES_HELP = (
    "Files, folders and patterns: *.xml and *.json, *.ndjson and *.jsonl (a document per line), each also *.gz; *.zip; "
    "- is standard input."
)

OPTIONS = (
    Option("--type", "The document type, where the document does not tell it itself.", metavar="TYPE"),
    Option("--json", "Write the reports as JSON.", flag=True),
    Option(
        "--output",
        "Write the reports in this form, to standard output or a file; may be repeated: text, json, ndjson, sarif, "
        "junit, github, gitlab, markdown, html, operation-outcome, operation-outcome-ndjson, sepas, sepas-xml.",
        metavar="FORM[:FILE]",
        many=True,
    ),
    Option("--lang", "The language of the text report; the verdict never depends on it.", choices=("fa", "en")),
    Option(
        "--engine",
        "The schema engines: fast, or the strict reference ones; both find the same.",
        choices=("fast", "reference"),
        default="fast",
    ),
    Option("--as-of", "Judge as on this day (2026-11-21 or 1405-08-30), not the document's own.", metavar="DATE"),
    Option(
        "--also-as-of", "Warn where the verdict would be another one by the rules of this later day.", metavar="DATE"
    ),
    Option(
        "--to",
        "Where it is sent (hix, wix): may it go there, must it go elsewhere too, is it more than is needed there; "
        "may be repeated.",
        metavar="DESTINATION",
        many=True,
    ),
    Option("--require-checked", "Exit status 3 where a code could not be checked.", flag=True),
    Option(
        "--jobs",
        "Judge in so many processes (auto: one per processor, at most 4), each document with a budget of time; "
        "else in this one.",
        metavar="N",
    ),
    Option("--changed-since", "Only files that differ from this git revision, untracked ones too.", metavar="REV"),
    Option("--edition", "Judge by this edition, lock or release file.", metavar="PATH"),
    Option("--lock", "Judge by this lock; else by the termserver.lock of the working folder.", metavar="FILE"),
    Option("--config", "Take the settings of this file; else of .termserver.yaml, if it is there.", metavar="FILE"),
    Option(
        "--referee",
        "Judge as a referee: no settings file is read, and options that could change a verdict are refused.",
        flag=True,
    ),
    Option("--stdin-name", "What - is called in the reports; its ending tells NDJSON and gzip.", metavar="NAME"),
    Option("--show-values", "Show the values in the excerpts; they are masked otherwise.", flag=True),
    Option("--quiet", "Say only what is wrong: no warnings, no summary.", flag=True),
)
