"""Python's search for cycles, put off while something large is made that holds none."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def none_sought() -> Iterator[None]:
    """No search for cycles inside: among millions of new values it costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
