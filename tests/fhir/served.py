"""A server on a free port of this machine, for clients that are none of ours."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from termserver.api.application import create_api, in_front
from termserver.service import TermServer


@contextmanager
def served(server: TermServer | None = None, app: Any = None) -> Iterator[str]:
    """Its address."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    application = app if server is None else in_front(*create_api(server))
    config = uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)
