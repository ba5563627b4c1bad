"""Every setting has one place: the environment, a settings file, a secret's file; what nobody knows is said."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.model.errors import UsageError
from termserver.model.settings import FILE, SETTINGS, apply, in_force, unknown

Run = Callable[..., Any]


def test_every_name_that_the_program_reads_is_in_the_table(root: Path) -> None:
    read = set()
    for path in (root / "src" / "termserver").rglob("*.py"):
        read |= set(re.findall(r'"(TERMSERVER_[A-Z_]+)"', path.read_text("utf-8")))
    ours = {one.name for one in SETTINGS} | {FILE} | {f"{one.name}_FILE" for one in SETTINGS if one.secret}
    others = {"TERMSERVER_", "TERMSERVER_SERVED_", "TERMSERVER_RELEASE", "TERMSERVER_RELEASE_RETRACT"}
    assert not {name for name in read if not name.startswith("TERMSERVER_SERVED_")} - ours - others


def test_the_environment_comes_before_the_file_and_secrets_are_not_shown(tmp_path: Path) -> None:
    secret = tmp_path / "pepper"
    secret.write_text("s3cret\n")
    place = tmp_path / "node.toml"
    place.write_text('port = 9000\nshelf = "/srv/shelf"\ndatabase_url = "postgresql://anna:word@db/termserver"\n')
    environment = {FILE: str(place), "TERMSERVER_SHELF": "/here", "TERMSERVER_KEY_PEPPER_FILE": str(secret)}
    told = {one.setting.short: one for one in in_force(environment)[0]}
    assert (told["shelf"].value, told["shelf"].source) == ("/here", "environment")
    assert (told["port"].value, told["port"].source) == ("9000", str(place))
    assert (told["key_pepper"].value, told["key_pepper"].shown) == ("s3cret", "***")
    assert told["database_url"].shown == "postgresql://anna:***@db/termserver"
    assert told["host"].source == "default"
    apply(environment)
    assert environment["TERMSERVER_PORT"] == "9000" and environment["TERMSERVER_SHELF"] == "/here"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("prt = 1", "Nearest: port"),
        ("port = 'x'", "must be a number"),
        ("port", "no TOML"),
        ("shelf = true", "must be"),
    ],
)
def test_a_settings_file_that_is_wrong_is_refused(tmp_path: Path, said: str, why: str) -> None:
    (tmp_path / "node.toml").write_text(said)
    with pytest.raises(UsageError, match=why):
        in_force({FILE: str(tmp_path / "node.toml")})


def test_the_command_shows_them_and_names_what_nobody_knows(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "node.toml"
    place.write_text('node = "hospital-7"\n')
    monkeypatch.setenv(FILE, str(place))
    monkeypatch.delenv("TERMSERVER_NODE", raising=False)
    monkeypatch.setenv("TERMSERVER_SHLEF", "/x")
    done = run("settings")
    monkeypatch.delenv("TERMSERVER_NODE", raising=False)
    assert done.status == 1 and "TERMSERVER_SHLEF (TERMSERVER_SHELF?)" in done.err
    assert re.search(rf"TERMSERVER_NODE\s+hospital-7\s+\[{re.escape(str(place))}\]", done.out)
    assert unknown({"TERMSERVER_SERVED_WORKERS": "2", "PATH": ""}) == []
