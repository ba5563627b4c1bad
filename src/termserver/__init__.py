"""termserver: the national coding terminology server, and the referee of electronic health documents.

``TermServer`` and ``Validator`` are loaded when they are first asked for, so that
``termserver validate`` pays for nothing it does not use.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from termserver.service import TermServer, Validator

__all__ = ["TermServer", "Validator", "__version__"]


def __getattr__(name: str) -> Any:
    if name in ("TermServer", "Validator"):
        from termserver import service

        return getattr(service, name)
    raise AttributeError(f"module 'termserver' has no attribute {name!r}")
