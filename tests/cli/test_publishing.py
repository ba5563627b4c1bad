"""The ceremony, the publication and the follower, as people type them: two machines and no network between."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from termserver.releases import editions

Run = Callable[..., Any]


@pytest.fixture
def publication(tmp_path: Path, run: Run, standards: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two members and a publishing machine have signed and announced the project's own release."""
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "nothing shipped")
    monkeypatch.delenv("TERMSERVER_EDITION")
    monkeypatch.setenv("TERMSERVER_SHELF", str(tmp_path / "shelf"))
    keys = tmp_path / "keys"
    for name in ("anna", "babak", "publisher"):
        assert run("keys", "new", name, "--folder", str(keys)).status == 0
    folder = tmp_path / "publication"
    members = [part for name in ("anna", "babak") for part in ("--member", str(keys / f"{name}.pub.pem"))]
    drafted = run("keys", "root", str(folder), *members, "--online", str(keys / "publisher.pub.pem"), "--json")
    assert drafted.status == 0
    sign(run, drafted.out, keys)
    drafted = run("publish", "release", str(folder), str(standards), "--notes-en", "The first", "--json")
    sign(run, drafted.out, keys)
    done = run("publish", "commit", str(folder), "--online-key", str(keys / "publisher.key.pem"))
    assert done.status == 0, done.err
    return folder


def sign(run: Run, drafted: str, keys: Path) -> None:
    """Each member signs a copy on a machine of their own; the copies are carried back."""
    said = json.loads(drafted)
    draft = Path(said["file"])
    copies = []
    for name in ("anna", "babak"):
        copy = keys / name / draft.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(draft, copy)
        done = run("release", "sign", str(copy), "--key", str(keys / f"{name}.key.pem"), "--digest", said["digest"])
        assert done.status == 0, done.err
        copies.append(str(copy))
    assert run("publish", "gather", str(draft), *copies).status == 0


def test_a_second_machine_trusts_pulls_verifies_and_answers(run: Run, publication: Path, tmp_path: Path) -> None:
    root = publication / "metadata" / "1.root.json"
    assert "2/2" in run("trust", "mexa", str(root), "--from", str(publication)).out
    done = run("pull")
    assert done.status == 0
    assert "+ standards test" in done.out
    (genuine,) = (tmp_path / "shelf" / "releases").glob("*.release")
    assert run("verify", str(genuine)).status == 0
    shutil.rmtree(publication)  # the network is cut
    verified = run("verify", "--lang", "fa")
    assert verified.status == 0
    assert "anna, babak" in verified.out
    assert run("lookup", "insurer", "1").status == 0
    refused = run("pull")
    assert refused.status == 4
    assert "holds no publication" in refused.err
    assert run("lookup", "insurer", "1").status == 0


def test_a_file_that_nobody_known_here_has_signed_is_neither_genuine_nor_forged(
    run: Run, publication: Path, tmp_path: Path
) -> None:
    file = next((publication / "targets").glob("*.release"))
    for language, words in (("en", "Not proved"), ("fa", "ثابت نشده است")):
        done = run("verify", str(file), "--lang", language)
        assert (done.status, words in done.out) == (3, True)
    assert "no publisher is trusted on this machine yet" in run("verify", str(file)).out


def test_a_mirror_on_a_disk_is_pulled_from(run: Run, publication: Path, tmp_path: Path) -> None:
    run("trust", "mexa", str(publication / "metadata" / "1.root.json"), "--from", str(publication))
    disk = tmp_path / "disk"
    assert json.loads(run("mirror", "mexa", str(disk), "--json").out)["files"] == 2  # the release and its package
    assert json.loads(run("mirror", "mexa", str(disk), "--json").out)["files"] == 0
    pulled = json.loads(run("pull", "mexa", "--from", str(disk), "--json").out)
    assert pulled["publishers"][0]["problem"] is None
    assert len(pulled["publishers"][0]["came"]) == 1


def test_a_member_sees_what_is_signed_and_a_wrong_digest_is_refused(
    run: Run, publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("publish", "retract", str(publication), "standards", "test", "--why-en", "A wrong code")
    shown = json.loads(run("publish", "show", str(publication), "--json").out)
    assert shown["drafts"][0]["signed"] == [[]]
    file = shown["drafts"][0]["file"]
    key = str(tmp_path / "keys" / "anna.key.pem")
    refused = run("release", "sign", file, "--key", key, "--digest", "0" * 64)
    assert refused.status == 4
    assert "not what you confirmed" in refused.err
    monkeypatch.setattr("sys.stdin", io.StringIO())
    silent = run("release", "sign", file, "--key", key)
    assert (silent.status, "Nobody answered" in silent.err) == (2, True)
    refused = run("publish", "commit", str(publication), "--online-key", str(tmp_path / "keys" / "publisher.key.pem"))
    assert refused.status == 4
    assert "0/2" in refused.err


def test_a_broken_release_is_explained_to_a_layman(run: Run, publication: Path, tmp_path: Path) -> None:
    run("trust", "mexa", str(publication / "metadata" / "1.root.json"), "--from", str(publication))
    run("pull")
    file = next((tmp_path / "shelf" / "releases").glob("*.release"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    for language, words in (("en", "tampered"), ("fa", "دست برده")):
        done = run("verify", "--lang", language)
        assert done.status == 1
        assert words in done.out
