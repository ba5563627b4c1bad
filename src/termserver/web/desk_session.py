"""A browser's session at the desk: which seat it acts for where that may be chosen, and the proof (CSRF token) that a
form came from a page of ours.

Nothing is kept: a session is a cookie signed with the secret of the desk that was started; when that ends, forms are
opened anew.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from fastapi import Request
from fastapi.responses import Response

from termserver.model.values import value

SECRET = "TERMSERVER_DESK_SECRET"
"""What the processes of one server share; it is made when they are started."""
COOKIE = "termserver-desk"


@value
class Session:
    """``id`` is random; ``seat`` is the seat that was chosen, empty where none was; ``new``: no cookie holds it yet."""

    id: str
    seat: str = ""
    new: bool = False


class Sessions:
    """Reads, makes and signs the sessions of one server."""

    def __init__(self) -> None:
        self._secret = os.environ.setdefault(SECRET, secrets.token_hex(32)).encode()

    def of(self, request: Request) -> Session:
        """The session of a request, a new one where it shows none of ours."""
        id, _, rest = request.cookies.get(COOKIE, "").partition(".")
        seat, _, mark = rest.partition(".")
        if id and hmac.compare_digest(mark.encode(), self._mark("session", id, seat).encode()):
            try:
                return Session(id, urlsafe_b64decode(seat).decode())
            except (Error, ValueError):
                pass
        return Session(secrets.token_urlsafe(18), new=True)

    def keep(self, response: Response, request: Request, session: Session) -> None:
        """Give the browser its session."""
        seat = urlsafe_b64encode(session.seat.encode()).decode()
        said = f"{session.id}.{seat}.{self._mark('session', session.id, seat)}"
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, said, path="/desk", httponly=True, samesite="lax", secure=secure)

    def token(self, session: Session, who: str) -> str:
        """What a form must bring back: of this session and this name alone."""
        return self._mark("form", session.id, who)

    def came_from_us(self, request: Request, session: Session, who: str, token: str) -> bool:
        """Whether a form was sent from one of our pages, by the one it was made for."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return not session.new and hmac.compare_digest(token.encode(), self.token(session, who).encode())

    def _mark(self, *parts: str) -> str:
        return hmac.new(self._secret, "\x00".join(parts).encode(), hashlib.sha256).hexdigest()
