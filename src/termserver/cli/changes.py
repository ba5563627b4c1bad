"""Which files differ from a git revision: changed, added and untracked ones, as git tells them."""

import os
import subprocess
from collections.abc import Callable

from termserver.model.errors import UsageError


def changed_since(revision: str) -> Callable[[str], bool]:
    """Whether a path differs from where the work left ``revision`` (their merge base, else the revision itself).

    Raise UsageError if git is not there, this is no repository, or it does not know the revision;
    asking about a path outside of the repository raises it too.
    """
    if revision.startswith("-") or not revision.strip():
        raise _usage(f"'{revision}' is no revision", f"«{revision}» نسخه نیست")
    top = _git("rev-parse", "--show-toplevel").rstrip("\n")
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", unknown=revision).strip()
    base = _git("merge-base", commit, "HEAD", may_fail=True).strip() or commit
    listed = _git("-C", top, "diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", base, "--")
    listed += _git("-C", top, "ls-files", "--others", "--exclude-standard", "-z")
    root = os.path.realpath(top)
    changed = {os.path.normcase(os.path.join(root, *name.split("/"))) for name in listed.split("\0") if name}

    def differs(path: str) -> bool:
        real = os.path.realpath(path)
        if not os.path.normcase(real).startswith(os.path.normcase(os.path.join(root, ""))):
            raise _usage(f"{path} is not in the repository {root}", f"{path} در مخزن {root} نیست")
        return os.path.normcase(real) in changed or not os.path.lexists(path)

    return differs


def _git(*arguments: str, unknown: str = "", may_fail: bool = False) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except OSError as error:
        raise _usage(f"git cannot be run ({error.strerror})", f"git اجرا نمی‌شود ({error.strerror})") from None
    if done.returncode == 0:
        return done.stdout
    if may_fail:
        return ""
    if unknown:
        raise _usage(
            f"git knows no revision '{unknown}' here (a shallow clone has only the newest)",
            f"git نسخهٔ «{unknown}» را نمی‌شناسد (نسخهٔ کم‌عمق مخزن تنها تازه‌ترین را دارد)",
        )
    why = (done.stderr.strip().splitlines() or ["?"])[0]
    raise _usage(f"git says: {why}", f"git می‌گوید: {why}")


def _usage(en: str, fa: str) -> UsageError:
    return UsageError(
        f"--changed-since: {en}. Without it every document is judged.",
        f"‎--changed-since‎: {fa}. بی آن همهٔ سندها داوری می‌شود.",
    )
