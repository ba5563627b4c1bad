"""``termserver serve``: the API and the pages over one opened edition."""

import contextlib
import importlib.util
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from termserver.cli import console
from termserver.cli.shared import EditionPath, Json, Root, command
from termserver.model.errors import UsageError

_EDITION = "TERMSERVER_SERVED_EDITION"
_JUDGES = "TERMSERVER_SERVED_JUDGES"
_HOST = "TERMSERVER_SERVED_HOST"


def register(app: typer.Typer) -> None:
    """Add ``serve`` to the application."""

    @command(
        app, "serve", "serve", "serve --host 0.0.0.0 --port 8080 --workers 2", "serve --desk committee.db --as coder-1"
    )
    def serve(
        host: Annotated[str, typer.Option(envvar="TERMSERVER_HOST", help="The address to listen at.")] = "127.0.0.1",
        port: Annotated[
            int, typer.Option(envvar="TERMSERVER_PORT", help="The port to listen at.", min=1, max=65535)
        ] = 8000,
        workers: Annotated[
            int, typer.Option(envvar="TERMSERVER_WORKERS", help="How many processes answer.", min=1)
        ] = 1,
        judges: Annotated[
            int | None,
            typer.Option(
                envvar="TERMSERVER_JUDGES",
                help="How many processes judge documents for each of them; 0: none of their own.",
                min=0,
                max=64,
            ),
        ] = None,
        audit: Annotated[
            Path | None,
            typer.Option(
                metavar="FOLDER", help="Keep the log of every access there (else TERMSERVER_AUDIT; else none)."
            ),
        ] = None,
        learn: Annotated[
            Path | None,
            typer.Option(
                metavar="FOLDER",
                envvar="TERMSERVER_LEARN",
                help="Count there which codes are picked (code and day alone), and show the often picked ones earlier.",
            ),
        ] = None,
        desk: Annotated[
            str | None, typer.Option(metavar="DATABASE", help="Open the committee's desk over this file or URL.")
        ] = None,
        seats: Annotated[
            list[str] | None,
            typer.Option("--as", metavar="SEAT", help="Who sits at the desk of this machine; may be repeated."),
        ] = None,
        root: Root = None,
        edition: EditionPath = None,
        json: Json = False,
    ) -> None:
        """Serve the API and the coder's page until Ctrl-C. A newer edition takes over without a restart."""
        missing = [name for name in ("fastapi", "uvicorn") if importlib.util.find_spec(name) is None]
        if missing:
            raise UsageError(
                f"Serving needs {' and '.join(missing)}. Run: pip install 'termserver[server]'",
                f"برای سرویس‌دهی {' و '.join(missing)} لازم است. اجرا کنید: pip install 'termserver[server]'",
            )
        _refuse_taken(host, port)
        _take_descriptors()
        from termserver.access.audit_node import FOLDER
        from termserver.api import telemetry
        from termserver.service import TermServer

        telemetry.endpoint()  # said before any worker starts
        if audit is not None:
            os.environ[FOLDER] = str(audit.absolute())
        if learn is not None:
            os.environ["TERMSERVER_LEARN"] = str(learn.absolute())
        if desk or seats:
            from termserver.cli import serve_desk

            serve_desk.prepare(desk, seats or [], root, _loopback(host))
        with TermServer.open(edition) as server:
            _access(server, host)  # says what is missing before any worker starts
            _greet(server, host, port, json)
            _say_unlogged(host)
            _say_unknown()
            if workers == 1:
                _run(server, edition, host, port, judges)
            else:
                _try_out(server, host)
        if workers > 1:
            _run_many(edition, host, port, workers, judges)


def _take_descriptors() -> None:
    """As many open files as the system allows this process: every connection is one, and 1024 are soon gone."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):  # where the system's own bound is lower, what is there stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse_taken(host: str, port: int) -> None:
    """Raise UsageError if nobody can listen there: the address is not ours, or the port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        if os.name == "posix":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"Nobody can listen at {host}:{port}: {error.strerror}. Choose another --port or --host.",
                f"نمی‌توان در {host}:{port} گوش داد: {error.strerror}. ‎--port یا ‎--host دیگری بدهید.",
            ) from None


def _greet(server: Any, host: str, port: int, json: bool) -> None:
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"
    labels = ", ".join(f"{pin.name} {pin.version}" for pin in server.edition.releases)
    if json:
        greeting = {"address": address, "release": server.edition.digest, "edition": server.edition.as_json()}
        console.write_bytes(orjson.dumps(greeting, option=orjson.OPT_APPEND_NEWLINE))  # a line, for who waits for it
        return
    if console.language_of(()) == "fa":
        typer.echo(f"نشانی: {address}\nویراست: {labels} ({server.edition.digest})\nبرای ایستادن Ctrl-C را بزنید.")
    else:
        typer.echo(f"Serving {labels} ({server.edition.digest})\nat {address} - API: {address}docs - Ctrl-C stops.")
    sys.stdout.flush()


def _say_unlogged(host: str) -> None:
    """On standard error, that others are served and no access is logged."""
    from termserver.access.audit_node import FOLDER

    if not _loopback(host) and not os.environ.get(FOLDER):
        typer.echo(
            f"دفتر دسترسی نگه داشته نمی‌شود؛ --audit FOLDER یا {FOLDER} را بدهید."
            if console.language_of(()) == "fa"
            else f"No log of accesses is kept; give --audit FOLDER or {FOLDER}.",
            err=True,
        )


def _say_unknown() -> None:
    """On standard error, the settings in the environment that nobody knows."""
    from termserver.model.settings import unknown

    for name in unknown(os.environ):
        typer.echo(
            f"{name}: تنظیم ناشناخته" if console.language_of(()) == "fa" else f"unknown setting {name}", err=True
        )


# who stands behind a proxy is the guard's matter: TERMSERVER_TRUSTED_PROXIES
_SERVER: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "timeout_graceful_shutdown": 30,
}


def _run(server: Any, edition: Path | None, host: str, port: int, judges: int | None) -> None:
    import uvicorn

    from termserver.cli import connections, program_log
    from termserver.web.serving import serving

    program_log.configure()
    app = serving(edition, judges, lambda opened: _access(opened, host), server)
    held: Any = {"http": connections.Bounded, "backlog": connections.backlog()}
    uvicorn.run(app, host=host, port=port, **held, **_SERVER)


def _try_out(server: Any, host: str) -> None:
    """Make once what every worker will make: a worker that cannot would be started anew for ever."""
    from termserver.access.audit_node import open_log
    from termserver.web.application import create

    log = open_log()
    if log is not None:
        log.close()
    create(server, 0, _access(server, host))


def _run_many(edition: Path | None, host: str, port: int, workers: int, judges: int | None) -> None:
    import uvicorn

    os.environ[_EDITION] = str(edition or "")
    os.environ["TERMSERVER_SERVED_WORKERS"] = str(workers)
    os.environ[_JUDGES] = "" if judges is None else str(judges)
    os.environ[_HOST] = host
    from termserver.cli import connections, program_log
    from termserver.web.serving import SHARED

    program_log.configure()
    held: Any = {"http": connections.Bounded, "backlog": connections.backlog(), "workers": workers}
    with tempfile.TemporaryDirectory(prefix="termserver-counts-") as shared:
        os.environ[SHARED] = shared
        uvicorn.run("termserver.cli.serve:served", factory=True, host=host, port=port, **held, **_SERVER)


def _access(server: Any, host: str) -> Any:
    """Who may do what at that address; raise AccessError if others are to be served and nothing says who may."""
    from termserver.access.node import NodeAccess
    from termserver.access.policy import released

    return NodeAccess.of(released(server.releases), _loopback(host))


def _loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def served() -> Any:
    """The application of one worker process; it opens the edition for itself, the release file is shared by mmap."""
    from termserver.cli import program_log
    from termserver.web.serving import serving

    program_log.configure()
    judges = os.environ.get(_JUDGES)
    host = os.environ.get(_HOST, "127.0.0.1")
    edition = os.environ.get(_EDITION) or None
    return serving(edition, int(judges) if judges else None, lambda opened: _access(opened, host))
