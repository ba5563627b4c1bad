"""Many at once, a heavy one among them, and a release that is swapped meanwhile: nobody fails, nobody waits in vain."""

import json
import random
import threading
import urllib.error
import urllib.request
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any
from urllib.parse import quote

from termserver.api import swap
from termserver.build import build_release
from termserver.model.codes import CodeSystem, CodeSystemContent, Concept, Content
from termserver.model.releases import Pin
from termserver.model.text import Text
from termserver.releases import editions
from termserver.web.serving import serving
from tests.fhir.served import served

URL = "https://example.org/fhir/CodeSystem/toys"
COUNTRIES = "urn:iso:std:iso:3166"


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


def post(address: str, resource: Any) -> Any:
    request = urllib.request.Request(
        address, json.dumps(resource).encode(), {"content-type": "application/fhir+json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def released(folder: Path, version: str) -> Pin:
    system = CodeSystem("toys", URL, Text("اسباب‌بازی", "Toys"), version, Content.COMPLETE)
    path = folder / f"toys-{version}.release"
    toys = tuple(Concept(f"T{n}", Text(f"اسباب‌بازی {n} نسخهٔ {version}", f"Toy {n} of {version}")) for n in range(50))
    pin = editions.pin_of(build_release([CodeSystemContent(system, toys)], path, "toys", version))
    path.rename(folder / editions.file_name(pin))
    return pin


def test_a_release_is_swapped_and_no_request_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(swap, "LOOK", 0.05)
    edition = tmp_path / "edition.json"
    pins = [released(tmp_path, version) for version in ("2026.01", "2026.02")]
    editions.write(edition, pins[:1])
    asked = (
        f"CodeSystem/$lookup?system={URL}&code=T",
        f"CodeSystem/$validate-code?url={URL}&code=T",
        f"ValueSet/$expand?url={URL}&filter=toy&count=5&offset=",
    )
    seen: set[str] = set()
    failures: list[Exception] = []
    both = threading.Event()

    def ask(base: str, seed: int) -> None:
        chance = random.Random(seed)
        while not both.is_set() and not failures:
            try:
                text = json.dumps(get(f"{base}/fhir/r4/{chance.choice(asked)}{chance.randrange(40)}"))
            except (OSError, ValueError) as error:
                failures.append(error)
                return
            held = {version for version in ("2026.01", "2026.02") if version in text}
            if len(held) != 1:
                failures.append(AssertionError(f"two versions in one answer: {text[:300]}"))
            seen.update(held)

    with served(app=serving(edition, 0, lambda server: None)) as base, ThreadPoolExecutor(6) as threads:
        running = [threads.submit(ask, base, seed) for seed in range(6)]
        try:
            for _ in range(4):
                for pin in (pins[1], pins[0]):
                    editions.write(edition, [pin])
                    threading.Event().wait(0.25)
        finally:
            both.set()
        wait(running)
    assert not failures, failures[0]
    assert seen == {"2026.01", "2026.02"}


def test_what_clients_left_outlives_a_swap(tmp_path, monkeypatch):
    monkeypatch.setattr(swap, "LOOK", 0.05)
    edition = tmp_path / "edition.json"
    pins = [released(tmp_path, version) for version in ("2026.01", "2026.02")]
    editions.write(edition, pins[:1])
    own = {"resourceType": "ValueSet", "url": "urn:mine", "status": "active"}
    own["compose"] = {"include": [{"system": URL, "concept": [{"code": "T7"}]}]}
    with served(app=serving(edition, 0, lambda server: None)) as base:
        r4 = f"{base}/fhir/r4"

        def asked(operation: str, *parameters: Any) -> Any:
            return post(f"{r4}/{operation}", {"resourceType": "Parameters", "parameter": list(parameters)})

        name = {"name": "name", "valueString": "mine"}
        cached = asked("$cache-control", {"name": "tx-resource", "resource": own})["parameter"][0]["valueId"]
        asked("$closure", name)
        for code, version in (("T1", "1"), ("T2", "2")):
            concept = {"name": "concept", "valueCoding": {"system": URL, "code": code}}
            assert asked("$closure", name, concept)["version"] == version
            editions.write(edition, [pins[1]])
            while "2026.02" not in json.dumps(get(f"{r4}/CodeSystem/$lookup?system={URL}&code=T1")):
                threading.Event().wait(0.02)
        among = ({"name": "url", "valueUri": "urn:mine"}, {"name": "cache-id", "valueId": cached})
        expanded = asked("ValueSet/$expand", *among)["expansion"]["contains"]
        assert [one["code"] for one in expanded] == ["T7"]


def test_a_heavy_question_does_not_keep_the_others_waiting(server):
    # a hierarchy that a closure must look through pair by pair, for as long as one request may compute
    concepts = [{"code": f"c{n}"} for n in range(900)]
    sent = {
        "resourceType": "CodeSystem",
        "url": "urn:heavy",
        "status": "active",
        "content": "complete",
        "concept": concepts,
    }
    codings = [{"name": "concept", "valueCoding": {"system": "urn:heavy", "code": one["code"]}} for one in concepts]
    with served(server) as base, ThreadPoolExecutor(8) as threads:
        r4 = f"{base}/fhir/r4"
        for path in (f"CodeSystem/$lookup?system={COUNTRIES}&code=AF", f"ValueSet/$expand?url={COUNTRIES}&filter=tur"):
            get(f"{r4}/{path}")  # what the first who asks must open is open before anybody is measured against it
        names = [f"heavy-{n}" for n in range(4)]
        for name in names:
            begun = {"resourceType": "Parameters", "parameter": [{"name": "name", "valueString": name}]}
            post(f"{r4}/$closure", begun)
        heavy = [
            threads.submit(
                post,
                f"{r4}/$closure",
                {
                    "resourceType": "Parameters",
                    "parameter": [
                        {"name": "name", "valueString": name},
                        {"name": "tx-resource", "resource": sent},
                        *codings,
                    ],
                },
            )
            for name in names
        ]
        short = {"resourceType": "Parameters", "parameter": [{"name": "system", "valueUri": COUNTRIES}]}
        short["parameter"].append({"name": "code", "valueCode": "IR"})
        light = [
            threads.submit(get, f"{r4}/CodeSystem/$lookup?system={COUNTRIES}&code=DE"),
            threads.submit(post, f"{r4}/CodeSystem/$lookup", short),
            threads.submit(get, f"{r4}/ValueSet/$expand?url={COUNTRIES}&filter=ira&count=5"),
            threads.submit(get, f"{r4}/ValueSet/country"),
        ]
        while light:
            done, _ = wait([*heavy, *light], return_when=FIRST_COMPLETED)
            assert sum(one.done() for one in heavy) < len(heavy), "the heavy ones were all answered first"
            light = [one for one in light if one not in done or one.result() is None]
            heavy = [one for one in heavy if not one.done()] or heavy
        for one in heavy:
            try:
                one.result()
            except urllib.error.HTTPError as refused:
                assert refused.code == 422


def test_every_client_gets_what_its_own_resources_say(server):
    def asked(n: int) -> tuple[str, str]:
        system = {
            "resourceType": "CodeSystem",
            "url": "urn:same",
            "status": "active",
            "content": "complete",
            "concept": [{"code": "a", "display": f"name {n % 7}"}],
        }
        parameters = [
            {"name": "tx-resource", "resource": system},
            {"name": "system", "valueUri": "urn:same"},
            {"name": "code", "valueCode": "a"},
        ]
        said = post(f"{base}/fhir/r5/CodeSystem/$lookup", {"resourceType": "Parameters", "parameter": parameters})
        return f"name {n % 7}", next(one["valueString"] for one in said["parameter"] if one["name"] == "display")

    with served(server) as base, ThreadPoolExecutor(8) as threads:
        assert all(wanted == found for wanted, found in threads.map(asked, range(120)))


def test_a_body_without_end_is_refused(server):
    def pieces():
        piece = b" " * (1 << 20)
        for _ in range(100):
            yield piece

    import http.client

    with served(server) as base:
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=60)
        try:
            connection.request("POST", "/fhir/r4/ValueSet/$expand", pieces(), {"content-type": "application/fhir+json"})
            answer = connection.getresponse()
            issue = json.load(answer)["issue"][0]
            assert answer.status == 413 and issue["details"]["text"] and issue["diagnostics"]
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server hung up on us: it did not read on
        assert get(f"{base}/fhir/r4/CodeSystem/$lookup?system={COUNTRIES}&code=IR")


def test_expressions_that_would_never_end_are_refused_or_fast(server):
    with served(server) as base:
        for expression in (
            "(a+)+$",
            "(" * 400 + "a" + ")" * 400,
            "((a{1000}){1000}){1000}",
            "a" * 5000,
            "(?=a)a",
            "[",
            "\\1",
        ):
            include = {"system": COUNTRIES, "filter": [{"property": "code", "op": "regex", "value": expression}]}
            resource = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
            try:
                found = post(f"{base}/fhir/r4/ValueSet/$expand", resource)
                assert found["expansion"]["total"] == 0
            except urllib.error.HTTPError as refused:
                issue = json.load(refused)["issue"][0]
                assert refused.code in (400, 422) and issue["details"]["text"] and issue["diagnostics"], expression
        ok = get(f"{base}/fhir/r4/ValueSet/$expand?url={COUNTRIES}&filter={quote('(a+)+$')}&count=5")
        assert "expansion" in ok
