"""Which forms of output there are, by the name that ``--output`` takes; each is loaded when it is asked for."""

from importlib import import_module

from termserver.formats.run import Writer
from termserver.model.errors import UsageError

_WRITERS = {
    "json": ("json", "JsonWriter"),
    "ndjson": ("ndjson", "NdjsonWriter"),
    "sarif": ("sarif", "SarifWriter"),
    "junit": ("junit", "JUnitWriter"),
    "github": ("github", "GithubWriter"),
    "gitlab": ("gitlab", "GitlabWriter"),
    "markdown": ("markdown", "MarkdownWriter"),
    "html": ("html", "HtmlWriter"),
    "operation-outcome": ("operation_outcome", "BundleWriter"),
    "operation-outcome-ndjson": ("operation_outcome", "OutcomeLinesWriter"),
    "sepas": ("sepas", "SepasJsonWriter"),
    "sepas-xml": ("sepas", "SepasXmlWriter"),
}
NAMES = tuple(_WRITERS)


def writer(name: str, language: str = "en") -> Writer:
    """A fresh writer for one run, its messages in ``language`` ("fa" or "en"); ``UsageError`` for another name."""
    if name not in _WRITERS:
        listed = ", ".join(NAMES)
        raise UsageError(
            f"There is no output form {name!r}; there are: {listed}.",
            f"قالب خروجی «{name}» نیست؛ قالب‌ها: {listed}.",
        )
    module, kind = _WRITERS[name]
    made: Writer = getattr(import_module(f"termserver.formats.{module}"), kind)(language)
    return made
