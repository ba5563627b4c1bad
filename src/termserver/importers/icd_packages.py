"""The PyPI packages that bring WHO's ICD-10 and ICD-10-CM: read where they are installed, refused where they differ."""

import importlib
import importlib.metadata
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from termserver.model.codes import Concept
from termserver.model.errors import ImportFailed
from termserver.model.text import Text
from termserver.model.values import value


@value
class IcdPackage:
    """One package: the distribution as pip knows it, the versions that are known here, and the text it brings."""

    distribution: str
    known: str
    brings: Text

    @property
    def module(self) -> str:
        return self.distribution.replace("-", "_")

    @property
    def installed(self) -> str:
        return importlib.metadata.version(self.distribution)

    def concepts(self, read: Callable[[Any], Iterator[Concept]], least: int) -> tuple[Concept, ...]:
        """What ``read`` finds in the package's module, each code once and ``least`` of them; raise ImportFailed."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it reads its data through functions that Python has deprecated
                module = importlib.import_module(self.module)
        except ImportError:
            raise ImportFailed(
                f"{self.brings.en} comes from the package {self.distribution}, which is not installed. "
                'Run: pip install "termserver[icd]"',
                f"{self.brings.fa} از بسته {self.distribution} می‌آید که نصب نیست. اجرا کنید: "
                'pip install "termserver[icd]"',
            ) from None
        try:
            found = tuple(read(module))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._changed(str(error)) from error
        if len(found) < least or len({concept.code for concept in found}) != len(found):
            raise self._changed(f"{len(found):,} items")
        return found

    def _changed(self, what: str) -> ImportFailed:
        named = f"{self.distribution} {self.installed}"
        run = f"pip install '{self.distribution}{self.known}'"
        return ImportFailed(
            f"{named} is not as this termserver knows it ({what}). Run: {run}",
            f"{named} آن‌گونه نیست که این نسخه termserver می‌شناسد ({what}). اجرا کنید: {run}",
        )
