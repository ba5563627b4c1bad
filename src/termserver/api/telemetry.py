"""OpenTelemetry, where an operator asks for it: one span for each request, sent to a collector of theirs.

A span says the method, the route's template, the status, the release and how long it took. It never says what was
typed: no path, no query, no header, no address, no caller. Off (``TERMSERVER_OTEL_ENDPOINT`` is not set) nothing is
loaded, nothing is sent, and no layer stands in front. The names are those of OpenTelemetry's HTTP conventions.
"""

import importlib.util
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from termserver import __version__
from termserver.access.audit_node import node_name
from termserver.api.recorder import NODE
from termserver.api.route_names import UNTOLD, route_of
from termserver.model.errors import UsageError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ENDPOINT = "TERMSERVER_OTEL_ENDPOINT"
PATIENCE = 3.0
"""Seconds that the last spans have to leave when the server stops; a collector that is away holds nobody longer."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def endpoint(environment: Mapping[str, str] = os.environ) -> str:
    """Where spans are sent, ``…/v1/traces``; empty: nowhere.

    Raise UsageError for what is no such address, and where the libraries are not installed.
    """
    said = environment.get(ENDPOINT, "").strip()
    if not said:
        return ""
    parts = urlsplit(said)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{ENDPOINT} is '{said}'; it must be the address of an OTLP collector, such as http://localhost:4318.",
            f"{ENDPOINT} برابر «{said}» است؛ باید نشانی یک گردآور OTLP باشد، مانند http://localhost:4318.",
        )
    if any(importlib.util.find_spec(name) is None for name in ("opentelemetry", "opentelemetry.sdk")):
        raise UsageError(
            f"{ENDPOINT} needs OpenTelemetry. Run: pip install 'termserver[otel]'",
            f"برای {ENDPOINT} به OpenTelemetry نیاز است. اجرا کنید: pip install 'termserver[otel]'",
        )
    path = parts.path.rstrip("/")
    return parts._replace(path=path if path.endswith("/v1/traces") else f"{path}/v1/traces").geturl()


def traced(app: App) -> App:
    """The application with a span for each request, where the environment asks for it; else the application itself."""
    place = endpoint()
    return Traced(app, place) if place else app


class Traced:
    """Makes a span of what ``inner`` answers and sends it to ``place``."""

    def __init__(self, inner: App, place: str) -> None:
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._inner = inner
        self._provider = _provider(place)
        self._tracer = self._provider.get_tracer("termserver", __version__)
        self._before = TraceContextTextMapPropagator()
        self._server, self._failed = SpanKind.SERVER, StatusCode.ERROR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            try:
                await self._inner(scope, receive, send)
            finally:
                if scope["type"] == "lifespan":
                    self._close()
            return
        if scope["path"].startswith(UNTOLD):
            await self._inner(scope, receive, send)
            return
        parent = next((told for name, told in scope["headers"] if name == b"traceparent"), b"")
        # of the caller's trace its numbers are taken; tracestate is free text
        context = self._before.extract({"traceparent": parent.decode("latin-1")}) if parent else None
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        # OpenTelemetry names what it does not know HTTP
        verb = "HTTP" if method == "_OTHER" else method
        span = self._tracer.start_span(verb, context, self._server)
        if not span.is_recording():
            await self._inner(scope, receive, send)
            return
        status = 0

        def noted(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self._inner(scope, receive, noted)
        finally:
            route, node = route_of(scope), scope.get(NODE)
            if "?" not in route:
                span.update_name(f"{verb} {route}")
                span.set_attribute("http.route", route)
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.response.status_code": status or 499,  # whoever asked went away
                    "url.scheme": str(scope.get("scheme", "http")),
                    "termserver.release": getattr(node, "release", ""),
                }
            )
            if status >= 500:
                span.set_attribute("error.type", str(status))
                span.set_status(self._failed)
            span.end()

    def _close(self) -> None:
        """Send what is left, and wait no longer than ``PATIENCE`` for it."""
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(PATIENCE)


def _provider(place: str) -> "TracerProvider":
    """Sends spans in batches, from a thread; the standard variables for headers, timeouts, bounds and sampler hold."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    told = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME", "termserver"),
        "service.version": __version__,
        "service.instance.id": f"{node_name(os.environ)}-{os.getpid()}",
    }
    provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(place)))
    return provider
