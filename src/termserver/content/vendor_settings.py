"""A vendor's ``.termserver.yaml``: which documents, how they are judged, what is let pass until when.

``paths``, ``type``, ``to``, ``outputs``, ``require_checked`` and ``waivers`` (``rule``, ``path``, ``document``,
``reason``, ``expires``); every other key is a mistake that is named.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from termserver.content.problems import Problem, error
from termserver.content.yaml_files import FLAG, TEXT, WORDS, Keys, Many, Values, read_yaml
from termserver.model.days import parse_day
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.waivers import Waiver

_WAIVER = Keys(
    {"rule": TEXT, "path": TEXT, "document": TEXT, "reason": TEXT, "expires": TEXT}, ("rule", "reason", "expires")
)
_KEYS = Keys(
    {"paths": WORDS, "type": TEXT, "to": WORDS, "outputs": WORDS, "require_checked": FLAG, "waivers": Many(_WAIVER)}
)


@dataclass(frozen=True, slots=True)
class VendorSettings:
    """What the file says; ``file`` and ``sha256`` tell which file it was."""

    file: str
    sha256: str
    paths: tuple[str, ...] = ()
    type: str = ""
    outputs: tuple[str, ...] = ()
    require_checked: bool = False
    waivers: tuple[Waiver, ...] = ()
    to: tuple[str, ...] = ()


def read(path: Path | str) -> VendorSettings:
    """The settings in the file; raise UsageError, naming each mistake with its line, if they cannot be used."""
    file = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as failure:
        raise UsageError(
            f"{file} cannot be read: {failure.strerror}.", f"{file} خوانده نمی‌شود: {failure.strerror}."
        ) from None
    problems: list[Problem] = []
    values = read_yaml(file, data, _KEYS, problems)
    waivers = [_waiver(one, problems) for one in values.children("waivers")] if values else []
    if problems or values is None:
        listed = sorted(problems, key=lambda one: (one.line, one.column))
        raise UsageError(
            "\n".join(one.in_language("en") for one in listed), "\n".join(one.in_language("fa") for one in listed)
        )
    return VendorSettings(
        file,
        hashlib.sha256(data).hexdigest(),
        values.words("paths"),
        values.text("type"),
        values.words("outputs"),
        values.flag("require_checked"),
        tuple(waivers),
        values.words("to"),
    )


def _waiver(said: Values, problems: list[Problem]) -> Waiver:
    expires = said.text("expires")
    if expires:
        try:
            expires = parse_day(expires)
        except UsageError as mistake:
            problems.append(_wrong(said, "expires", mistake.text, Text("روز پایان را بنویسید.", "Write its last day.")))
    for key in ("rule", "reason", "expires"):
        if key in said.places and not said.text(key).strip():
            problems.append(
                _wrong(
                    said,
                    key,
                    Text(fa=f"«{key}» تهی است.", en=f"'{key}' is empty."),
                    Text(
                        fa="قاعده، دلیل و روز پایان را بنویسید.", en="A waiver names a rule, a reason and its last day."
                    ),
                )
            )
    return Waiver(
        said.text("rule"),
        said.text("reason"),
        expires,
        said.text("path", "*"),
        said.text("document", "*"),
        *said.at,
    )


def _wrong(said: Values, key: str, message: Text, hint: Text) -> Problem:
    return error(said.file, said.place(key), "settings.value", message, hint)
