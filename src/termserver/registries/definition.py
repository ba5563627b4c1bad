"""What a registry is, made ready for a load: its properties by code, the form of its codes, who may keep what."""

import hmac
import os
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from termserver.model import med_numbers
from termserver.model.check_digits import is_right
from termserver.model.codes import Audience, CodeSystem, FieldDefinition, PropertyDefinition
from termserver.model.errors import UsageError
from termserver.model.fold import latin_digits
from termserver.model.registries import UnknownRegistry, is_registry

KEY_VARIABLE = "TERMSERVER_HASH_KEY"
KEY_FILE = "registries.key"
_HASHED = re.compile(r"hmac:[0-9a-f]{32}")
_ARABIC = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "\u200e": "", "\u200f": "", "\u202a": "", "\u202b": "", "\u202c": "", "\ufeff": ""}
)
_UNTIDY = re.compile(f"[{''.join(map(chr, _ARABIC))}\t\n\r\x0b\x0c\xa0]|  |^ | $").search


class Definition:
    """A registry ready to be loaded; ``hashed`` turns what nobody may see into what can only be compared."""

    def __init__(self, system: CodeSystem, hashed: Callable[[str], str]) -> None:
        self.system = system
        self.id = system.id
        self.folds_case = not system.case_sensitive
        self.properties: dict[str, PropertyDefinition] = {known.code: known for known in system.properties}
        self.fields: dict[str, dict[str, FieldDefinition]] = {
            known.code: {field.code: field for field in known.fields} for known in system.properties if known.fields
        }
        self._shape = re.compile(system.shape.removeprefix("^").removesuffix("$"), re.ASCII) if system.shape else None
        self._hashed = hashed

    def key(self, code: str) -> str:
        """How the store knows an entry: its code, in lower case where case has no meaning."""
        return code.casefold() if self.folds_case else code

    def canonical(self, written: str, group: str = "") -> str:
        """A code as the registry writes it; what cannot be read is left as it is, for the shape to refuse."""
        if self.id == "physicians":
            return med_numbers.canonical(written, group) or written.strip()
        text = written if written.isascii() else latin_digits(written.translate(_ARABIC))
        text = text.strip()
        return text.upper() if self.folds_case else text

    def has_shape(self, code: str) -> bool:
        return self._shape is None or self._shape.fullmatch(code) is not None

    def has_check(self, code: str) -> bool:
        """Whether the check digit of a code of the right shape is right, where there is one."""
        return not self.system.check or is_right(self.system.check, code)

    def hashed(self, secret: str) -> str:
        """The keyed hash of a value; what is one already stays."""
        return secret if _HASHED.fullmatch(secret) else f"hmac:{self._hashed(secret)}"

    def audience(self, code: str, field: str = "") -> str:
        """Who may see a property, or a field of it; the narrower of the two."""
        known = self.properties.get(code)
        if known is None:
            return Audience.PUBLIC
        of_field = self.fields.get(code, {}).get(field)
        return max(known.audience, of_field.audience, key=_NARROW.index) if of_field else known.audience


_NARROW = tuple(Audience)


def mended(text: str) -> str:
    """A text in Persian letters and single blanks; signs of direction are gone."""
    return " ".join(text.translate(_ARABIC).split()) if _UNTIDY(text) else text


def definition_of(name: str, systems: Mapping[str, CodeSystem], hashed: Callable[[str], str]) -> Definition:
    """The registry called ``name`` among the known systems; raise UnknownRegistry or UsageError."""
    wanted = name.casefold()
    found = next((s for s in systems.values() if wanted in {known.casefold() for known in s.names()}), None)
    if found is None:
        known = ", ".join(sorted(system.id for system in systems.values() if is_registry(system))) or "-"
        raise UnknownRegistry(
            f"There is no registry '{name}'. There is: {known}.", f"ثبتی به نام «{name}» نیست. آنچه هست: {known}."
        )
    if not is_registry(found):
        raise UsageError(
            f"'{found.id}' is a list of codes, not a registry. Load it with: termserver content import {found.id}",
            f"«{found.id}» فهرست کد است، نه ثبت. آن را چنین بار کنید: termserver content import {found.id}",
        )
    return Definition(found, hashed)


def hasher(folder: Path | None) -> Callable[[str], str]:
    """The keyed hash of this installation: by TERMSERVER_HASH_KEY, else by a key that ``folder`` keeps (made once)."""
    known: list[bytes] = []

    def hashed(secret: str) -> str:
        if not known:
            known.append(_key(folder))
        return hmac.new(known[0], latin_digits(secret).strip().encode(), sha256).hexdigest()[:32]

    return hashed


def _key(folder: Path | None) -> bytes:
    said = os.environ.get(KEY_VARIABLE, "")
    if said:
        return said.encode()
    if folder is None:
        raise UsageError(
            f"Values that are kept as hashes need a key: set {KEY_VARIABLE}.",
            f"مقدارهایی که تنها چکیدهٔ آن‌ها نگه داشته می‌شود کلید می‌خواهند: {KEY_VARIABLE} را بگذارید.",
        )
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The key {path} cannot be written: {error.strerror}. Set {KEY_VARIABLE}.",
            f"کلید {path} نوشته نمی‌شود: {error.strerror}. متغیر {KEY_VARIABLE} را بگذارید.",
        ) from None
    made = os.urandom(32).hex().encode()
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made
