"""Where a run of ``termserver`` begins and ends.

``validate`` is answered before typer is imported: a vendor's build calls it thousands of times.
"""

import sys
from collections.abc import Sequence

from termserver.cli import console
from termserver.model.findings import INTERNAL_STATUS


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; no traceback reaches the user."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    console.prepare()
    try:
        status = _dispatch(given)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return console.INTERRUPTED_STATUS
    except BrokenPipeError:
        return console.leave_quietly()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else INTERNAL_STATUS if leaving.code else 0
    except Exception as error:
        return console.fail(error, console.language_of(given))


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["validate"]:
        from termserver.cli.validate import validate

        return validate(arguments[1:])
    from termserver.cli.app import main

    return main(arguments)


if __name__ == "__main__":
    sys.exit(run())
