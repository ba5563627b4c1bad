"""What a run is asked for: the options, and what ``.termserver.yaml`` says where the options say nothing.

The file is looked for in the working folder; YAML is loaded only if it is there. A referee reads none.
"""

import os
from collections.abc import Mapping
from typing import Any

from termserver.cli.judging import How
from termserver.cli.outputs import Asked
from termserver.cli.outputs import asked as outputs_asked
from termserver.model.errors import UsageError
from termserver.model.values import replace, value

SETTINGS_FILE = ".termserver.yaml"
LOCK_FILE = "termserver.lock"
_REFUSED_TO_REFEREES = ("type", "as_of", "also_as_of", "require_checked", "engine")


@value
class Settings:
    """How to judge, and what a settings file adds to that: where documents are and reports go."""

    how: How
    paths: tuple[str, ...] = ()
    outputs: tuple[Asked, ...] = ()

    @classmethod
    def of(cls, config: str, asked: Mapping[str, Any], today: str = "") -> "Settings":
        """The settings of a run with these options (fields of ``How``), ``config`` being ``--config``.

        ``today`` is the day by which waivers expire, else the clock's. Raise UsageError for a file that
        cannot be used, and for what a referee may not be asked.
        """
        asked = dict(asked) | {"to": tuple(asked.get("to") or ())}
        if asked.get("referee"):
            _refuse(config, asked)
            return cls(How(**asked))
        if not config and not os.path.isfile(SETTINGS_FILE):
            return cls(_dated(How(**asked)))
        from termserver.content.vendor_settings import read

        said = read(config or SETTINGS_FILE)
        folder = os.path.dirname(config)
        merged = dict(asked)
        if said.to and not merged["to"]:
            merged["to"] = said.to
        if said.type and not merged.get("type"):
            merged["type"] = said.type
        if said.require_checked:
            merged["require_checked"] = True
        if said.waivers:
            merged |= {
                "waivers": said.waivers,
                "today": today or _today(),
                "settings_file": said.file,
                "settings_sha256": said.sha256,
            }
        return cls(
            _dated(How(**merged)),
            tuple(path if path == "-" else os.path.join(folder, path) for path in said.paths),
            tuple(outputs_asked(said.outputs, folder)) if said.outputs else (),
        )


def _refuse(config: str, asked: Mapping[str, Any]) -> None:
    usual = How()
    given = [
        f"--{name.replace('_', '-')}"
        for name in _REFUSED_TO_REFEREES
        if asked.get(name, "") not in ("", getattr(usual, name))
    ]
    if config:
        given.append("--config")
    if given:
        listed = ", ".join(given)
        raise UsageError(
            f"A referee judges by the document and the edition alone; {listed} could change a verdict. Leave it out.",
            f"داور تنها با خود سند و ویراست داوری می‌کند؛ {listed} می‌تواند رأی را عوض کند. آن را بردارید.",
        )


def _dated(how: How) -> How:
    """The days that were given are days; raise UsageError before any document is read otherwise."""
    if how.also_as_of:
        from termserver.model.days import parse_day

        return replace(how, also_as_of=parse_day(how.also_as_of))
    return how


def _today() -> str:
    import datetime

    return datetime.date.today().isoformat()
