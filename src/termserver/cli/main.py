"""Where a run of ``termserver`` begins and ends.

``validate`` is answered before typer is imported: a vendor's build calls it thousands of times.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Sequence

from termserver.cli import console
from termserver.model.findings import INTERNAL_STATUS


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; no traceback reaches the user.

    Called as a program (without ``arguments``), ``validate`` leaves here at once: taking the
    loaded modules apart in good order would cost more than judging a document.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    console.prepare()
    if arguments is None and given[:1] == ["validate"]:
        gc.set_threshold(100_000)  # what is loaded stays; looking through it again and again costs 7 ms
        status = _ended(given)
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(status)
    return _ended(given)


def _ended(given: list[str]) -> int:
    """The exit status of a command line, whatever became of it; standard output is written out."""
    try:
        status = _dispatch(given)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return console.INTERRUPTED_STATUS
    except BrokenPipeError:
        return console.leave_quietly()
    except SystemExit as leaving:
        sys.stdout.flush()
        return leaving.code if isinstance(leaving.code, int) else INTERNAL_STATUS if leaving.code else 0
    except Exception as error:
        return console.fail(error, console.language_of(given))


def _dispatch(arguments: list[str]) -> int:
    if any(name.startswith("TERMSERVER_") and name.endswith(("_SETTINGS", "_FILE")) for name in os.environ):
        from termserver.model import settings

        settings.apply()
    if arguments[:1] == ["validate"]:
        from termserver.cli.validate import validate

        return validate(arguments[1:])
    from termserver.cli.app import main

    return main(arguments)


if __name__ == "__main__":
    sys.exit(run())
