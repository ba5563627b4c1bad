"""How a code stands in the lists of an edition, as the checks of a load ask for it."""

import re
from functools import lru_cache
from typing import Protocol

from termserver.model.check_digits import is_right
from termserver.model.codes import CodeSystem, NamingSystem
from termserver.model.ports import CodeState


class Known(Protocol):
    """What is asked of the terminology."""

    def system(self, name: str) -> CodeSystem | None: ...
    def state(self, system_id: str, code: str, day: str) -> str: ...
    def naming_system_by_id(self, id: str) -> NamingSystem | None: ...


class Lists:
    """Code systems and kinds of identifiers, by the names that the properties of a registry are bound to."""

    def __init__(self, terminology: Known) -> None:
        self._terminology = terminology
        self._system = lru_cache(256)(terminology.system)
        self._naming = lru_cache(256)(terminology.naming_system_by_id)

    def state(self, name: str, code: str) -> str:
        """One of ``CodeState``; NOT_PRESENT where nobody knows such a list."""
        system = self._system(name)
        if system is not None:
            return self._terminology.state(system.id, code, "")
        naming = self._naming(name)
        if naming is None:
            return CodeState.NOT_PRESENT
        padded = code.zfill(naming.pad_to) if naming.pad_to and code.isdigit() else code
        if naming.shape and not naming.provisional and not re.fullmatch(naming.shape, padded, re.ASCII):
            return CodeState.BAD_SHAPE
        if naming.check and not is_right(naming.check, padded):
            return CodeState.BAD_CHECK
        return CodeState.OK
