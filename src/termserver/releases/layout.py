"""How a release file is laid out, and whether a file is one.

A release is an SQLite database with termserver's own ``application_id``, its ``user_version``
saying the format, followed by a seal: the SHA-256 of all that stands before it. SQLite reads
the pages its header counts and never looks at the seal; a file that was cut short, lengthened
or altered no longer fits it.
"""

import re
from pathlib import Path

from termserver import __version__
from termserver.model.errors import ReleaseError
from termserver.model.releases import Table
from termserver.model.values import value

APPLICATION_ID = 0x544D5356  # "TMSV"
FORMAT = 1
ENGINE = "0.1.0"
"""The oldest termserver that reads this format."""

ARTEFACT = Table("artefact", ("path TEXT", "kind TEXT", "body BLOB"))
MANIFEST = Table("manifest", ("body BLOB",))
OWN_TABLES = (ARTEFACT.name, MANIFEST.name)

_SEAL_WORDS = b"\ntermserver seal sha256:"
SEAL_SIZE = len(_SEAL_WORDS) + 64 + 1
_SQLITE = b"SQLite format 3\x00"
_HEADER_SIZE = 100

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}", re.ASCII)
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def seal(body_sha256: str) -> bytes:
    return _SEAL_WORDS + body_sha256.encode() + b"\n"


def sealed_sha256(tail: bytes) -> str:
    """The digest that a file's last ``SEAL_SIZE`` bytes state; empty if they are no seal."""
    stated = tail[len(_SEAL_WORDS) : -1].decode("ascii", "replace")
    return stated if len(tail) == SEAL_SIZE and tail == seal(stated) else ""


@value
class Head:
    """What the first and the last bytes of a file say."""

    is_sqlite: bool
    application_id: int
    format: int
    sealed: str


def read_head(path: Path) -> Head:
    """Read both ends of the file; raise ReleaseError if there is no file, or nothing in it."""
    if path.is_dir():
        raise ReleaseError(
            f"{path} is a folder, not a release file. Name the .release file in it.",
            f"{path} یک پوشه است، نه فایل انتشار. نام فایل ‎.release‎ درون آن را بدهید.",
        )
    try:
        with path.open("rb") as file:
            first = file.read(_HEADER_SIZE)
            size = file.seek(0, 2)
            file.seek(max(0, size - SEAL_SIZE))
            last = file.read(SEAL_SIZE)
    except FileNotFoundError:
        raise ReleaseError(
            f"There is no release file {path}. Run: termserver release list",
            f"فایل انتشار {path} وجود ندارد. اجرا کنید: termserver release list",
        ) from None
    except OSError as error:
        raise ReleaseError(
            f"The release file {path} cannot be read: {error.strerror}.",
            f"فایل انتشار {path} خوانده نمی‌شود: {error.strerror}.",
        ) from None
    if not size:
        raise ReleaseError(
            f"{path} is empty, not a release file. Copy or build it again.",
            f"{path} خالی است و فایل انتشار نیست. آن را دوباره کپی کنید یا بسازید.",
        )
    whole = len(first) == _HEADER_SIZE
    return Head(
        is_sqlite=whole and first.startswith(_SQLITE),
        application_id=int.from_bytes(first[68:72], "big") if whole else 0,
        format=int.from_bytes(first[60:64], "big") if whole else 0,
        sealed=sealed_sha256(last),
    )


def refuse_strangers(path: Path, head: Head) -> None:
    """Raise ReleaseError unless the file is a release in a format that this termserver reads."""
    if not head.is_sqlite:
        raise ReleaseError(
            f"{path} is not a release file. Build one with: termserver release build",
            f"{path} فایل انتشار نیست. با این فرمان بسازید: termserver release build",
        )
    if head.application_id != APPLICATION_ID:
        raise ReleaseError(
            f"{path} is an SQLite database of another program, not a release file.",
            f"{path} پایگاه دادهٔ SQLite برنامهٔ دیگری است، نه فایل انتشار.",
        )
    if head.format > FORMAT:
        raise ReleaseError(
            f"{path} is a release in format {head.format}, made by a newer termserver; this is {__version__}, which "
            f"reads format {FORMAT}. Run: pip install --upgrade termserver",
            f"{path} انتشاری با قالب {head.format} است که نسخهٔ تازه‌تری از termserver ساخته است؛ این نسخه "
            f"{__version__} است و قالب {FORMAT} را می‌خواند. اجرا کنید: pip install --upgrade termserver",
        )
    if head.format < 1:
        raise ReleaseError(
            f"{path} is a release in format {head.format}; this termserver {__version__} reads format {FORMAT}. "
            "Build it again: termserver release build",
            f"{path} انتشاری با قالب {head.format} است؛ این termserver {__version__} قالب {FORMAT} را می‌خواند. "
            "دوباره بسازید: termserver release build",
        )
    if not head.sealed:
        raise ReleaseError(
            f"{path} was cut short or lengthened: the seal at its end is missing. Copy or build it again.",
            f"{path} ناقص یا دست‌خورده است: مهر پایان آن نیست. آن را دوباره کپی کنید یا بسازید.",
        )


def check_label(name: str, version: str) -> None:
    """Raise ReleaseError unless name and version can stand in the name of a file on every system."""
    if not NAME.fullmatch(name) or not VERSION.fullmatch(version):
        raise ReleaseError(
            f"'{name} {version}' cannot name a release. Write the name in a-z, 0-9, '-' and the version in letters, "
            "digits, '.', '+', '-'; for example: standards 2026.11",
            f"«{name} {version}» نمی‌تواند نام انتشار باشد. نام با a-z و 0-9 و «-» و نسخه با حرف لاتین، رقم و "
            "«.»، «+»، «-» نوشته می‌شود؛ مانند: standards 2026.11",
        )


def check_table(table: Table) -> None:
    if not _TABLE_NAME.fullmatch(table.name) or table.name in OWN_TABLES or not 1 <= table.key <= len(table.columns):
        raise ReleaseError(f"A table of a release cannot be declared as {table}.")


def create_sql(table: Table) -> str:
    """The declaration in SQL. A single whole number keys the rows themselves; any other key is the table's order."""
    names = [column.split()[0] for column in table.columns]
    if table.key == 1 and table.columns[0].upper().endswith(" INTEGER"):
        return f'CREATE TABLE "{table.name}" ({names[0]} INTEGER PRIMARY KEY, {", ".join(table.columns[1:]) or "x"})'
    columns = ", ".join(table.columns)
    return f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({", ".join(names[: table.key])})) WITHOUT ROWID'


def key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.split()[0] for column in table.columns[: table.key])
