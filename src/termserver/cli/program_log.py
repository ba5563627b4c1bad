"""What the program says of itself while it serves: plain lines for a terminal, JSON lines for a collector of logs."""

import logging
import os
import sys
import time
import traceback

import orjson

FORM = "TERMSERVER_LOG"
LEVEL = "TERMSERVER_LOG_LEVEL"
_LEVELS = ("debug", "info", "warning", "error")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "t": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = "".join(traceback.format_exception(record.exc_info[1]))
        return orjson.dumps(said).decode()


def configure() -> None:
    """Send what is said to standard error, as TERMSERVER_LOG (``text``, ``json``) and TERMSERVER_LOG_LEVEL ask."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get(FORM, "text") == "json":
        handler.setFormatter(_Json())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    level = os.environ.get(LEVEL, "warning")
    logging.basicConfig(handlers=[handler], level=(level if level in _LEVELS else "warning").upper(), force=True)
