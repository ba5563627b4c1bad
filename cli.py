"""The command line from a checkout: ``python cli.py validate bill.xml``; the package need not be installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from termserver.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
