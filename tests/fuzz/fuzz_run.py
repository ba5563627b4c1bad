"""The fuzz targets driven by atheris: ``python tests/fuzz/fuzz_run.py SECONDS [NAME ...]``, the seconds for each."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parents[2]
_ALONE = "--alone"


def main(arguments: list[str]) -> int:
    """The exit status: 1 if a target crashed, 2 if there is nothing to fuzz with."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: pip install -e '.[fuzz]' (Linux, CPython)", file=sys.stderr)
        return 2
    if arguments[:1] == [_ALONE]:
        return _alone(*arguments[1:])
    from fuzz_targets import NAMES

    seconds, *names = arguments or ["60"]
    failed = 0
    for name in names or NAMES:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, __file__, _ALONE, name, seconds], cwd=_HERE, capture_output=True, text=True
        )
        runs = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        ended = "no crash" if done.returncode == 0 else "CRASHED"
        print(f"{name}: {time.monotonic() - started:.0f} s, {runs[-1] if runs else '?'} inputs, {ended}", flush=True)
        if done.returncode:
            failed = 1
            print(done.stdout[-2000:], done.stderr[-6000:], sep="\n", file=sys.stderr)
    return failed


def _alone(name: str, seconds: str) -> int:
    """One target in this process. Whatever it needs is imported, and therefore seen by atheris, before it begins."""
    import atheris

    with atheris.instrument_imports(include=["termserver"]):
        from fuzz_targets import ROOT, seeds, target

        from termserver.build import build_release
        from termserver.content.folders import read
        from termserver.service import TermServer

        room = Path(tempfile.mkdtemp(prefix="termserver-fuzz-"))
        build_release(read(ROOT), room / "content.release", "content", "fuzzed")
        server = TermServer.open(room / "content.release")
        one, first = target(name, server), seeds(name, server)
        for seed in first:
            one(seed)
    corpus = room / "corpus"
    corpus.mkdir()
    for n, seed in enumerate(first):
        (corpus / str(n)).write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2000", "-max_len=30000"]
    options += ["-print_final_stats=1", f"-artifact_prefix={room}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
