"""Known weaknesses of the installed parts, by pip-audit; and whether anybody could be asked at all.

pip-audit ends with "No known vulnerabilities found" and 0 where the index of packages answers nothing for any part.
Here the status is 0 (all were asked after, none is weak), 1 (some are) or 3 (undecided: it could not be asked).
"""

import json
import subprocess
import sys
from typing import Any

SERVICES = ("pypi", "osv")
"""Asked one after the other until one knows every part."""
SECONDS = 240
WEAK, UNDECIDED = 1, 3


def judged(said: dict[str, Any]) -> tuple[int, list[str]]:
    """The status and the lines for what pip-audit said in JSON."""
    parts = said["dependencies"]
    weak = [
        f"{part['name']} {part['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for part in parts
        for one in part.get("vulns", ())
    ]
    skipped = [part["name"] for part in parts if "skip_reason" in part]
    asked = f"{len(parts) - len(skipped)} of {len(parts)} parts were asked after"
    if weak:
        return WEAK, [*weak, f"{asked}; {len(weak)} weaknesses are known"]
    if skipped or not parts:
        names = ", ".join(skipped[:5]) + (" …" if len(skipped) > 5 else "")
        return UNDECIDED, [f"UNDECIDED: {asked}; nothing is known of {names or 'any'}"]
    return 0, [f"{asked}; no weakness is known"]


def ask(service: str) -> tuple[int, list[str]]:
    """What one service of advisories knows."""
    command = [sys.executable, "-m", "pip_audit", "-s", service, "-f", "json", "--timeout", "10"]
    try:
        done = subprocess.run(
            [*command, "--skip-editable", "--progress-spinner", "off"], capture_output=True, text=True, timeout=SECONDS
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return UNDECIDED, [f"UNDECIDED: {service} did not answer within {SECONDS} seconds"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        return UNDECIDED, [f"UNDECIDED: {service} could not be asked: {last[:120]}"]
    # our own package is not of the index
    said["dependencies"] = [part for part in said["dependencies"] if part["name"] != "termserver"]
    return judged(said)


def main() -> int:
    for service in SERVICES:
        status, lines = ask(service)
        print("\n".join(f"audit ({service}): {line}" for line in lines), flush=True)
        if status != UNDECIDED:
            return status
    print("audit: run it again where the index of packages can be asked")
    return UNDECIDED


if __name__ == "__main__":
    sys.exit(main())
