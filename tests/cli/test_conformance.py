"""The examination on the command line, from the corpus to the certificate, as a vendor and the committee do it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = "00000000-0000-4000-8000-0000000000aa"


@pytest.fixture
def exam(run: Any, tmp_path: Path) -> Path:
    """A corpus, answered by the sample vendor."""
    folder = tmp_path / "آزمون"
    done = run("conformance", "corpus", "-o", str(folder), "--type", "referral-case", "--type", "hid-request")
    assert (done.status, done.err) == (0, "")
    answered = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "conformance" / "answer.py"), str(folder)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ,
    )
    assert answered.returncode == 0, answered.stderr
    return folder


@pytest.fixture
def keys(run: Any, tmp_path: Path) -> Path:
    assert run("keys", "new", "committee", "--folder", str(tmp_path / "keys")).status == 0
    return tmp_path / "keys"


def test_the_sample_vendor_passes_and_gets_a_certificate_that_holds(run: Any, exam: Path, keys: Path) -> None:
    judged = run("conformance", "judge", str(exam), "--software", SYSTEM, "--name", "Sample HIS", "--version", "1.2")
    assert judged.status == 0 and judged.out.endswith("Conformant.\n")
    assert "referral-case 1.0 (Referral): " in judged.out

    certificate = exam / "certificate.json"
    private, public = keys / "committee.key.pem", keys / "committee.pub.pem"
    signed = run("conformance", "sign", str(exam / "result.json"), "--key", str(private), "-o", str(certificate))
    assert signed.status == 0 and "signed by the key committee" in signed.out

    verified = run("conformance", "verify", str(certificate), "--public-key", str(public))
    assert verified.status == 0 and "holds; Sample HIS 1.2" in verified.out
    assert "hid-request, referral-case" in verified.out

    certificate.write_bytes(certificate.read_bytes().replace(b"1.2", b"1.3"))
    tampered = run("conformance", "verify", str(certificate), "--public-key", str(public), "--lang", "fa")
    assert tampered.status == 1 and "دست خورده" in tampered.out


def test_each_failure_is_told_with_its_reason_in_both_languages(run: Any, exam: Path, keys: Path) -> None:
    said = json.loads((exam / "answers.json").read_bytes())
    wrong = next(id for id, one in said["answers"].items() if one["verdict"] == "rejected")
    said["answers"][wrong] = {"verdict": "accepted"}
    (exam / "answers.json").write_text(json.dumps(said))

    judged = run("conformance", "judge", str(exam), "--software", SYSTEM)
    assert judged.status == 1
    assert f"  {wrong} " in judged.out and "[accepted-wrong]" in judged.out
    assert judged.out.endswith("Not conformant: 1 case failed.\n")
    persian = run("conformance", "judge", str(exam), "--software", SYSTEM, "--lang", "fa")
    assert persian.status == 1 and "سند نادرست پذیرفته شده است" in persian.out

    key = str(keys / "committee.key.pem")
    refused = run("conformance", "sign", str(exam / "result.json"), "--key", key, "-o", str(exam / "c.json"))
    assert refused.status == 1 and "nothing is signed" in refused.err
    assert not (exam / "c.json").exists()


def test_every_step_speaks_json(run: Any, exam: Path, keys: Path) -> None:
    judged = json.loads(run("conformance", "judge", str(exam), "--software", SYSTEM, "--json").out)
    assert judged["conformant"] and judged["software"]["system_id"] == SYSTEM
    assert judged["software"]["remarks"][0]["code"] == "registry.not-checked"

    target = str(exam / "c.json")
    key = str(keys / "committee.key.pem")
    signed = json.loads(run("conformance", "sign", str(exam / "result.json"), "--key", key, "-o", target, "--json").out)
    shown = json.loads(run("keys", "show", str(keys / "committee.pub.pem"), key, "--json").out)["keys"]
    assert {one["key"] for one in shown} == {signed["key"]}
    assert [one["private"] for one in shown] == [False, True]

    public = str(keys / "committee.pub.pem")
    verified = json.loads(run("conformance", "verify", target, "--public-key", public, "--json").out)
    assert verified["holds"] and verified["key"]["name"] == "committee"
    expired = run("conformance", "verify", target, "--public-key", public, "--on", "2099-01-01", "--json")
    assert expired.status == 1
    assert [one["code"] for one in json.loads(expired.out)["problems"]] == ["expired"]


def test_what_cannot_be_asked_is_wrong_usage(run: Any, exam: Path, keys: Path, tmp_path: Path) -> None:
    key = str(keys / "committee.key.pem")
    public = str(keys / "committee.pub.pem")
    for arguments in (
        ("conformance", "corpus", "-o", str(exam)),  # not empty
        ("conformance", "corpus", "-o", str(tmp_path / "new"), "--type", "bill"),
        ("conformance", "judge", str(tmp_path), "--software", SYSTEM),  # no corpus
        ("conformance", "judge", str(exam), "--software", "HIS"),
        ("conformance", "judge", str(exam), "--software", SYSTEM, "--on", "yesterday"),
        ("conformance", "judge", str(exam), "--software", SYSTEM, "-o", str(exam / "no" / "result.json")),
        ("conformance", "sign", str(tmp_path / "absent.json"), "--key", key),
        ("conformance", "sign", str(exam / "answers.json"), "--key", key),
        ("conformance", "sign", str(exam / "answers.json"), "--key", public),
        ("conformance", "verify", str(tmp_path / "absent.json"), "--public-key", public),
        ("conformance", "verify", str(exam / "answers.json"), "--public-key", key),
        ("keys", "new", "committee", "--folder", str(keys)),
        ("keys", "new", "a/b", "--folder", str(keys)),
        ("keys", "show", str(exam / "answers.json")),
    ):
        done = run(*arguments)
        assert done.status == 2, arguments
        assert done.err.startswith("termserver: ") and "Traceback" not in done.err


def test_an_encrypted_key_takes_its_passphrase_from_the_environment(
    run: Any, exam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSERVER_KEY_PASSPHRASE", "گذرواژه")
    assert run("keys", "new", "locked", "--folder", str(tmp_path), "--encrypt").status == 0
    assert run("keys", "show", str(tmp_path / "locked.key.pem")).status == 0

    monkeypatch.setenv("TERMSERVER_KEY_PASSPHRASE", "other")
    assert run("keys", "show", str(tmp_path / "locked.key.pem")).status == 2
    monkeypatch.delenv("TERMSERVER_KEY_PASSPHRASE")
    asked = run("keys", "show", str(tmp_path / "locked.key.pem"))
    assert asked.status == 2 and "TERMSERVER_KEY_PASSPHRASE" in asked.err
