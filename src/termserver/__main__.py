"""``python -m termserver``: the command line."""

import sys

from termserver.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
