"""The content folders as a tree of files, and how they would be after a change that is not written yet."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from termserver.content.problems import START, Place, Problem, error
from termserver.model.text import Text

_UNSEEN = {"readme.md", "license", "notice"}


class Tree:
    """Files below ``root`` by their ``/`` path; ``changed`` files are seen instead of those on the disk."""

    def __init__(self, root: Path, changed: Mapping[str, bytes] | None = None) -> None:
        self.root = Path(root)
        self.changed = dict(changed or {})

    def read(self, file: str) -> bytes | None:
        """The bytes of a file, or None if there is none."""
        if file in self.changed:
            return self.changed[file]
        try:
            return (self.root / file).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in ``folder``, sorted; hidden ones are not seen."""
        here = self.root / folder
        names = {path.name for path in here.iterdir() if path.is_dir()} if here.is_dir() else set()
        prefix = f"{folder}/"
        names |= {rest.split("/")[0] for rest in self._changed_below(prefix) if "/" in rest}
        return sorted(name for name in names if not name.startswith((".", "_")))

    def files(self, folder: str) -> list[str]:
        """The names of the files in ``folder``, sorted; hidden ones and the readme are not seen."""
        here = self.root / folder
        names = {path.name for path in here.iterdir() if path.is_file()} if here.is_dir() else set()
        names |= {rest for rest in self._changed_below(f"{folder}/") if "/" not in rest}
        return sorted(name for name in names if not name.startswith((".", "~$")) and name.lower() not in _UNSEEN)

    def _changed_below(self, prefix: str) -> Iterator[str]:
        return (file[len(prefix) :] for file in self.changed if file.startswith(prefix))


def decode(file: str, data: bytes, problems: list[Problem]) -> str | None:
    """The text of a file, or None where its bytes are not UTF-8; what its bytes do wrong joins ``problems``.

    A byte order mark is left out of the text and CRLF read as LF, so that reading can go on.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.append(
            error(
                file,
                START,
                "file.encoding",
                Text(fa="فایل به UTF-16 ذخیره شده است، نه UTF-8.", en="The file is saved as UTF-16, not as UTF-8."),
                _SAVE_AS_UTF8,
            )
        )
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        problems.append(
            error(
                file,
                START,
                "file.bom",
                Text(
                    fa="فایل با نشانهٔ BOM آغاز می‌شود؛ نخستین ستون با آن یکی می‌شود.",
                    en="The file begins with a byte order mark (BOM), which sticks to the first column name.",
                ),
                Text(
                    fa="آن را «UTF-8 بدون BOM» ذخیره کنید، یا اجرا کنید: termserver content format",
                    en="Save it as 'UTF-8 without BOM', or run: termserver content format",
                ),
            )
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as failure:
        problems.append(_not_utf8(file, data, failure.start))
        return None
    at = text.find("\r\n")
    if at >= 0:
        problems.append(
            error(
                file,
                place_of(text, at),
                "file.crlf",
                Text(
                    fa="سطرها به شیوهٔ ویندوز (CRLF) پایان یافته‌اند.",
                    en="The lines end in the Windows way (CRLF).",
                ),
                Text(
                    fa="سطرها را با LF پایان دهید، یا اجرا کنید: termserver content format",
                    en="End the lines with LF, or run: termserver content format",
                ),
            )
        )
        text = text.replace("\r\n", "\n")
    return text


def place_of(text: str, at: int) -> Place:
    """The line and column of the character at offset ``at``."""
    start = text.rfind("\n", 0, at) + 1
    return Place(text.count("\n", 0, at) + 1, at - start + 1)


def _not_utf8(file: str, data: bytes, at: int) -> Problem:
    start = data.rfind(b"\n", 0, at) + 1
    place = Place(data.count(b"\n", 0, at) + 1, len(data[start:at].decode("utf-8")) + 1)
    return error(
        file,
        place,
        "file.encoding",
        Text(
            fa=f"فایل UTF-8 نیست: بایت شمارهٔ {at + 1} برابر 0x{data[at]:02X} است.",
            en=f"The file is not UTF-8: byte {at + 1} is 0x{data[at]:02X}.",
        ),
        _SAVE_AS_UTF8,
    )


_SAVE_AS_UTF8 = Text(
    fa="فایل را در برنامهٔ صفحه‌گسترده با گزینهٔ «CSV UTF-8» دوباره ذخیره کنید؛ گویا Windows-1256 بوده است.",
    en="Save it again as UTF-8 (in a spreadsheet: 'CSV UTF-8'); it was probably Windows-1256 or 'Unicode text'.",
)
