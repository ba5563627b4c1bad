"""A locked software is refused as SEPAS refuses it (error 11); what else the registry knows is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exam import DAY, OTHER_SYSTEM, SYSTEM

from termserver.build import build_release
from termserver.conformance.certificate import Refused, check, examine, sign
from termserver.conformance.corpus import Corpus, Examiner
from termserver.conformance.judgement import Software, lines
from termserver.conformance.software import standing
from termserver.model.codes import CodeSystemContent, Concept, Content, Kind, Property
from termserver.model.days import Period
from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import replace
from termserver.releases import editions
from termserver.releases.signatures import SigningKey
from termserver.service import TermServer


class Registry:
    """Editions with the project's own content and a software registry of one system."""

    def __init__(self, standards: Path, folder: Path) -> None:
        self._standards, self._folder, self._opened = standards, folder, list[TermServer]()
        with TermServer.open(standards) as server:
            self._metadata = server.resolve("software")
            self._pins = server.edition.releases

    def server(self, *properties: Property, content: Content = Content.COMPLETE, code: str = SYSTEM) -> TermServer:
        system = replace(self._metadata, kind=Kind.REGISTRY, content=content, version="2026.11.21")
        entry = Concept(code, Text("سامانه", "system"), properties=properties)
        folder = self._folder / str(len(self._opened))
        folder.mkdir()
        made = build_release([CodeSystemContent(system, (entry,))], folder / "made.release", "software", "1")
        pin = editions.pin_of(made)
        (folder / "made.release").rename(folder / editions.file_name(pin))
        (folder / editions.file_name(self._pins[0])).symlink_to(self._standards)
        editions.write(folder / "edition.json", [*self._pins, pin])
        self._opened.append(TermServer.open(folder / "edition.json"))
        return self._opened[-1]

    def close(self) -> None:
        for server in self._opened:
            server.close()


@pytest.fixture
def registry(standards: Path, tmp_path: Path) -> Iterator[Registry]:
    made = Registry(standards, tmp_path)
    yield made
    made.close()


def said(code: str, value: str = "true", start: str = "", end: str = "") -> Property:
    return Property(code, value, Period(start, end))


APPROVED = (said("approved"), said("certificate", "C-1", "2025-01-01", "2027-12-31"), said("locked", "false"))


def remarks(server: TermServer, id: str = SYSTEM, day: str = DAY) -> list[tuple[str, bool, int | None]]:
    held = standing(server, id, day)
    assert all(one.says.fa and one.says.en for one in held.remarks)
    return [(one.code, one.refuses, one.sepas_category) for one in held.remarks]


def test_an_approved_system_with_its_certificate_has_no_remark(registry: Registry) -> None:
    server = registry.server(*APPROVED)

    assert remarks(server) == [] and standing(server, SYSTEM, DAY).checked
    assert remarks(server, SYSTEM.upper()) == []


def test_a_locked_system_is_refused_with_error_11(registry: Registry) -> None:
    server = registry.server(said("approved"), said("locked", start="2026-11-01"))

    assert remarks(server) == [("registry.locked", True, 11)]
    assert remarks(server, day="2026-10-31") == []  # not yet locked on that day
    assert "11" in standing(server, SYSTEM, DAY).remarks[0].says.en


@pytest.mark.parametrize(
    ("property", "code"),
    [
        (said("approved", "false"), "registry.not-approved"),
        (said("certificate", "C-1", "2020-01-01", "2025-12-31"), "registry.certificate"),
        (said("active", end="2020-01-01"), "registry.not-in-force"),
    ],
)
def test_what_does_not_lock_is_said_and_refuses_nothing(property: Property, code: str, registry: Registry) -> None:
    assert remarks(registry.server(property)) == [(code, False, 11)]


def test_a_system_that_the_registry_does_not_know_is_said(registry: Registry) -> None:
    assert remarks(registry.server(), OTHER_SYSTEM) == [("registry.unknown", False, 11)]
    part = registry.server(content=Content.FRAGMENT)
    assert remarks(part, OTHER_SYSTEM) == [("registry.unlisted", False, 11)]


def test_without_a_registry_it_is_said_that_nothing_was_checked(server: TermServer) -> None:
    held = standing(server, SYSTEM, DAY)

    assert (held.checked, [one.code for one in held.remarks]) == (False, ["registry.not-checked"])


@pytest.mark.parametrize("id", ["", "aa", SYSTEM + "0", SYSTEM.replace("-", ""), "۰" + SYSTEM[1:], SYSTEM + "\n"])
def test_a_system_id_is_a_guid(id: str, server: TermServer) -> None:
    with pytest.raises(UsageError, match="is no SystemID"):
        standing(server, id, DAY)


def test_a_registry_beside_the_standards_changes_no_question(registry: Registry, corpus: Corpus) -> None:
    again = Examiner(registry.server(*APPROVED)).corpus([known.id for known in corpus.types])

    assert again.manifest == corpus.manifest


def test_right_answers_of_a_locked_system_do_not_pass(registry: Registry, passed: Path, key: SigningKey) -> None:
    examiner = Examiner(registry.server(said("locked")))

    result = examine(passed, examiner, Software(SYSTEM), DAY)
    assert not result.failures and not result.conformant
    assert list(lines(result, "en"))[-1] == "Refused."
    with pytest.raises(Refused, match="error 11"):
        sign(result.as_bytes(), passed, examiner, key, DAY)


def test_a_certificate_of_a_system_locked_since_holds_no_more(
    registry: Registry, passed: Path, key: SigningKey
) -> None:
    examiner = Examiner(registry.server(*APPROVED[:2], said("locked", start="2027-01-01")))
    result = examine(passed, examiner, Software(SYSTEM), DAY)
    data = sign(result.as_bytes(), passed, examiner, key, DAY)

    def codes(day: str) -> list[Any]:
        return [one.code for one in check(data, [key.public], examiner, day).problems]

    assert codes("2026-12-31") == []
    assert codes("2027-01-01") == ["registry.locked"]
    with pytest.raises(Refused, match="error 11"):  # locked between the judgement and the signature
        sign(result.as_bytes(), passed, examiner, key, "2027-01-01")


def test_a_document_of_a_system_without_a_certificate_in_force_is_refused(registry: Registry) -> None:
    lapsed = said("certificate", "C-1", "2020-01-01", "2020-12-31")
    server = registry.server(lapsed, code="00000000-0000-4000-8000-0000000000a1")
    bill = server.example("patient-bill")

    found = [one for one in server.check_document(bill).findings if one.layer == "registry"]
    assert [(one.rule, one.sepas_category) for one in found] == [("registry.not-in-force", 11)]
    assert "without a certificate in force" in found[0].message.en
