"""OpenTelemetry: a span for each request reaches the operator's collector, and nothing that was typed does."""

import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from termserver.api import telemetry
from termserver.model.errors import UsageError
from tests.support.processes import free_port, served

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")

TRACE = "0af7651916cd43dd8448eb211c80319c"
TYPED = ("آنفلوآنزا", "Zahra-Testi", "0012345679", "secret-state", "free-words")


class Collector:
    """A receiver of OTLP over HTTP: what was sent to it, as it came and as spans."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        came = self.came

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                came.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *said: object) -> None:
                """Nothing is written."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Of each span its name, with its trace and its attributes."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = {}
        for data in self.came:
            for resource in ExportTraceServiceRequest.FromString(data).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        said = {one.key: one.value.string_value or str(one.value.int_value) for one in span.attributes}
                        found[span.name] = (span.trace_id.hex(), said)
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.slow
def test_every_request_is_a_span_that_says_the_route_and_nothing_that_was_typed(
    collector: Collector, standards: Path
) -> None:
    environment = {
        **os.environ,
        "TERMSERVER_EDITION": str(standards),
        telemetry.ENDPOINT: collector.address,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",  # the framework's own spans hold the query; they stay off
    }
    with served("--judges", "0", env=environment) as base:
        headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "a=secret-state"}
        for path in (
            f"/api/search?q={quote(TYPED[0])}",
            "/api/codesystems/icd10/concepts/Zahra-Testi",
            "/api/registries/physicians/entries/0012345679?purpose=free-words",
            "/fhir/r4/CodeSystem/$lookup?code=Zahra-Testi&system=free-words",
            "/Zahra-Testi/0012345679",
        ):
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(base + path, headers=headers), timeout=10).read()
    found = collector.spans()  # the server has ended, and sent its last ones
    assert set(found) == {
        "GET /api/search",
        "GET /api/codesystems/{system}/concepts/{code}",
        "GET /api/registries/{registry}/entries/{code:path}",
        "GET /fhir/r4/CodeSystem/$lookup",
        "GET",
    }, "a template for each route, the method alone for what is not there, and no probe"
    trace, said = found["GET /api/search"]
    assert trace == TRACE, "the caller's trace goes on"
    assert said["http.route"] == "/api/search"
    assert said["http.response.status_code"] == "200"
    assert len(said["termserver.release"]) == 64, "the digest of the edition that answered"
    whole = b"".join(collector.came)
    assert not [typed for typed in TYPED if typed.encode() in whole or quote(typed).encode() in whole]
    assert b"127.0.0.1" not in whole, "nor who asked"


@pytest.mark.slow
def test_a_collector_that_is_away_stops_nobody(standards: Path) -> None:
    environment = {
        **os.environ,
        "TERMSERVER_EDITION": str(standards),
        telemetry.ENDPOINT: f"http://127.0.0.1:{free_port()}",
    }
    with served("--judges", "0", env=environment) as base:  # waits no longer than 20 seconds for its end
        assert urllib.request.urlopen(f"{base}/api/search?q=a", timeout=10).status == 200


def test_without_the_setting_nothing_is_loaded_and_no_layer_stands_in_front(standards: Path) -> None:
    program = (
        "import sys; from termserver.web.serving import serving; from termserver.api.recorder import Recorder;"
        "assert type(serving(sys.argv[1], 0, lambda server: None)) is Recorder;"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))]"
    )
    clean = {name: told for name, told in os.environ.items() if name != telemetry.ENDPOINT}
    subprocess.run([sys.executable, "-c", program, str(standards)], check=True, env=clean)


@pytest.mark.parametrize("said", ["localhost:4318", "collector", "ftp://collector:4318", "http://"])
def test_an_address_that_is_none_is_told_before_anybody_is_served(said: str) -> None:
    with pytest.raises(UsageError, match="http://localhost:4318"):
        telemetry.endpoint({telemetry.ENDPOINT: said})


def test_a_collectors_base_and_its_whole_path_mean_the_same() -> None:
    whole = "http://collector:4318/v1/traces"
    assert {
        telemetry.endpoint({telemetry.ENDPOINT: said}) for said in (whole, whole[:-10], whole[:-9], whole + "/")
    } == {whole}
    assert telemetry.endpoint({}) == ""
