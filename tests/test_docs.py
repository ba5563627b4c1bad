"""What users meet is written down: every route of the API, every page that another page points at."""

import re
from pathlib import Path

from termserver.service import TermServer
from termserver.web.application import create_api

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"``?[^`\n]*``?")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_route_is_documented(server: TermServer) -> None:
    app, _ = create_api(server)
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in text, f"docs/api.md does not say what {method.upper()} {path} is for"


def test_every_link_between_our_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]
    for page in pages:
        for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
            if "://" in target or target.startswith("mailto:"):
                continue
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} points at {target}, which is not there"


def test_every_decision_record_says_what_was_decided_and_why() -> None:
    for page in sorted((ROOT / "docs" / "adr").glob("*.md")):
        text = page.read_text("utf-8")
        assert re.match(r"# \d+\. ", text) or re.match(r"# ", text), f"{page.name} has no title"
        assert len(text) < 6000, f"{page.name} is more than the half page a decision needs"
