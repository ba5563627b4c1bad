"""``python -m termserver``: the command line."""

from termserver.cli.main import run

if __name__ == "__main__":
    run()
