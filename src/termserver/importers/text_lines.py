"""Text files of rows with a header, streamed: tables of LOINC and SNOMED CT, from folders and zip archives."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from termserver.importers.reading import reading
from termserver.importers.taken import Notes
from termserver.model.errors import ImportFailed

csv.field_size_limit(10_000_000)
LONGEST = 16_000_000
"""Signs of one line; a file that goes on without a line end is none of these tables."""


@dataclass(frozen=True)
class Source:
    """A file, or a file within a zip archive."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        return (self.member or self.path.name).rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.member.rpartition("/")[0] if self.member else str(self.path.parent)

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The bytes; raise ImportFailed where there is no such file."""
        with reading(self.path):
            if not self.member:
                with self.path.open("rb") as file:
                    yield file
                return
            try:
                with zipfile.ZipFile(self.path) as packed, packed.open(self.member) as file:
                    yield file
            except (zipfile.BadZipFile, EOFError) as error:
                raise _no_archive(self.path, error) from None


def sources(paths: Sequence[Path], suffixes: tuple[str, ...]) -> list[Source]:
    """Every file with one of these endings among the paths, in the folders and in the zip archives that they name."""
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            found += [Source(one) for one in sorted(path.rglob("*")) if one.name.endswith(suffixes) and one.is_file()]
        elif path.suffix.lower() == ".zip":
            try:
                with reading(path), zipfile.ZipFile(path) as packed:
                    found += [Source(path, name) for name in sorted(packed.namelist()) if name.endswith(suffixes)]
            except zipfile.BadZipFile as error:
                raise _no_archive(path, error) from None
        else:
            found.append(Source(path))
    if not found:
        raise ImportFailed(
            f"There is no file with {' or '.join(suffixes)} in {', '.join(map(str, paths))}.",
            f"پرونده‌ای با پسوند {' یا '.join(suffixes)} در {'، '.join(map(str, paths))} نیست.",
        )
    return found


def rows(source: Source, wanted: Sequence[str], notes: Notes, tabs: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Line and the cells of the ``wanted`` columns; a name that ends with ``?`` may be absent (an empty cell).

    ``tabs``: separated by tabs, without quotation (RF2); else CSV. Raise ImportFailed for another encoding than UTF-8
    and a missing column; a row with another number of cells is refused.
    """
    with source.opened() as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        lines = (
            csv.reader(_lines(source, text), delimiter="\t", quoting=csv.QUOTE_NONE)
            if tabs
            else csv.reader(_lines(source, text), strict=True)
        )
        line = 1
        try:
            header = next(lines, None)
            if header is None:
                raise ImportFailed(f"{source.name} is empty.", f"{source.name} خالی است.")
            places = _places(source, [name.strip() for name in header], wanted)
            width = len(header)
            line = lines.line_num + 1
            for cells in lines:
                if len(cells) == width:
                    yield line, [cells[at] if at >= 0 else "" for at in places]
                elif cells:
                    notes.refuse(
                        line,
                        "",
                        "row.cells",
                        f"{source.name}: the row has {len(cells)} cells, the header {width}.",
                        f"{source.name}: سطر {len(cells)} خانه دارد و عنوان {width}.",
                    )
                line = lines.line_num + 1
        except UnicodeDecodeError:
            raise ImportFailed(
                f"{source.name}:{line}: the file is not in UTF-8. Take it as its publisher gives it.",
                f"{source.name}:{line}: پرونده UTF-8 نیست. آن را همان‌گونه که ناشر می‌دهد بردارید.",
            ) from None
        except csv.Error as error:
            raise ImportFailed(
                f"{source.name}:{line}: the row cannot be read ({error}); the file may have been cut short.",
                f"{source.name}:{line}: سطر خوانده نمی‌شود ({error})؛ شاید پرونده ناقص است.",
            ) from None


def _lines(source: Source, text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise ImportFailed(
                f"{source.name} has a line of more than {LONGEST:,} signs; is it the right file?",
                f"{source.name} سطری با بیش از {LONGEST:,} نویسه دارد؛ آیا پروندهٔ درست است؟",
            )
        yield line


def header_of(source: Source) -> list[str]:
    """The names in the first line, whatever separates them; none for a file that is no text."""
    with source.opened() as file:
        first = file.readline(65536)
    try:
        text = first.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return []
    return [one.strip().strip('"') for one in text.split("\t" if "\t" in text else ",")]


def _places(source: Source, header: list[str], wanted: Sequence[str]) -> list[int]:
    at = {name.lower(): n for n, name in enumerate(header)}
    places = []
    for name in wanted:
        place = at.get(name.rstrip("?").lower(), -1)
        if place < 0 and not name.endswith("?"):
            found = ", ".join(header)[:300]
            raise ImportFailed(
                f"{source.name} has no column '{name}'; is it the right file? It has: {found}.",
                f"{source.name} ستون «{name}» ندارد؛ آیا پروندهٔ درست است؟ ستون‌ها: {found}.",
            )
        places.append(place)
    return places


def _no_archive(path: Path, error: Exception) -> ImportFailed:
    return ImportFailed(
        f"{path} is no readable zip archive: {error}. Fetch it again.",
        f"{path} بایگانی zip خوانا نیست ({error}). دوباره دریافت کنید.",
    )
