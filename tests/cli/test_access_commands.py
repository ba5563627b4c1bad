"""``termserver access`` as an operator types it: in words, in both languages, with the right status."""

import json
from pathlib import Path

import pytest

from termserver.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
AS = ["--as", "operator-1"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERMSERVER_DATABASE_URL", str(tmp_path / "accounts.db"))
    monkeypatch.setenv("TERMSERVER_KEY_PEPPER", "a secret that only the tests know")


def access(*words: str) -> int:
    return run(["access", *words, "--root", str(ROOT)])


def test_from_a_grant_to_a_signed_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert access("grant", "vendor-12", "vendor", "--reason", "contract 12", "--until", "1406-08-30", *AS) == 0
    assert access("key", "new", "vendor-12", "--scope", "history", *AS, "--json") == 0
    key = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert key["key"].startswith(f"ts_{key['prefix']}_") and key["scopes"] == ["history"]
    assert access("key", "rotate", key["prefix"], "--overlap", "7", *AS) == 0
    assert access("identify", "vendor-12", "--subject", "CN=vendor-12") == 0
    assert run(["keys", "new", "access"]) == 0
    assert access("snapshot", "-o", "access.json", "--key", "access.key.pem", "--json") == 0
    snapshot = json.loads(Path("access.json").read_bytes())["signed"]
    (client,) = snapshot["clients"]
    assert len(client["keys"]) == 2 and client["subjects"] == ["CN=vendor-12"]
    assert "contract 12" not in Path("access.json").read_text("utf-8"), "a node need not know why"
    assert key["key"] not in Path("access.json").read_text("utf-8")
    capsys.readouterr()
    assert access("who", "--json") == 0
    assert json.loads(capsys.readouterr().out)["grants"][0]["reason"] == "contract 12"
    assert access("revoke", "vendor-12", "--reason", "ended", *AS, "--lang", "fa") == 0
    assert "پایان یافت" in capsys.readouterr().out
    assert access("key", "list", "vendor-12") == 0
    assert key["prefix"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grant", "anna", "editr", "--reason", "x", "--until", "1406-01-01", *AS), "no role 'editr'"),
        (("grant", "anna", "editor", "--reason", "x", "--until", "soon", *AS), "soon"),
        (("grant", "anna", "editor", "--reason", "x", "--until", "1406-01-01"), "--as"),
        (("key", "new", "nobody", *AS), "Nobody is called"),
        (("key", "revoke", "abcdefgh"), "no living key"),
        (("snapshot",), "--key"),
        (("policy", "show", "--role", "vendr"), "vendor"),
        (("identify", "vendor-12", "--jwks", "missing.json"), "missing.json"),
    ],
)
def test_what_cannot_be_is_said_with_the_way_out(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert access(*words) == 2
    assert said in capsys.readouterr().err


def test_a_wrong_policy_is_shown_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "codesystems").mkdir()
    (tmp_path / "governance").mkdir()
    good = (ROOT / "governance" / "access.yaml").read_text("utf-8")
    wrong = good.replace("- vendor\n", "- vendr\n", 1).replace("GET /ready", "GET ready", 1)
    (tmp_path / "governance" / "access.yaml").write_text(wrong, "utf-8")
    assert run(["access", "policy", "check", "--root", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "[access.role]" in told and "'vendor'" in told and "[access.route]" in told
    assert access("policy", "check") == 0 and access("roles") == 0 and access("policy", "show", "--role", "vendor") == 0
    assert "editor ≠ approver" in capsys.readouterr().out
