"""A file that was named and is not there, is a folder, or may not be read: said in words, for every importer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from termserver.model.errors import ImportFailed


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise ImportFailed with the name of ``path`` in place of an OSError."""
    try:
        yield
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise ImportFailed(
            f"{path} is a folder. Name the files in it.", f"{path} پوشه است؛ پرونده‌های درون آن را نام ببرید."
        ) from None
    except PermissionError:
        raise ImportFailed(
            f"You may not read {path}. Ask its owner, or copy it to a folder of yours.",
            f"اجازهٔ خواندن {path} را ندارید. از دارنده‌اش بخواهید یا آن را در پوشهٔ خود رونوشت کنید.",
        ) from None
    except OSError as error:
        raise ImportFailed(
            f"{path} cannot be read: {error.strerror or error}. Is its disk or network drive in order?",
            f"{path} خوانده نمی‌شود ({error.strerror or error}). دیسک یا درایو شبکهٔ آن درست است؟",
        ) from None


def demand(path: Path) -> None:
    """Raise ImportFailed if there is neither a file nor a folder at ``path``."""
    with reading(path):
        path.stat()


def _missing(path: Path) -> ImportFailed:
    return ImportFailed(
        f"{path} is not there. Check the name, and the folder that you are in.",
        f"پروندهٔ {path} پیدا نشد. نام آن و پوشه‌ای را که در آن هستید بررسی کنید.",
    )
