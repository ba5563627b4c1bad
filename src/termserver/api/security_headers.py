"""The headers that every answer carries, and which pages of other sites may read it.

Content that is data gets a policy under which a browser runs and loads nothing; pages bring their own.
"""

from termserver.access.policy import Found
from termserver.model.access import RouteGroup

Header = tuple[bytes, bytes]
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_DATA = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# the description is FastAPI's own page, which brings its reader from there
_DESCRIPTION = (
    b"default-src 'none'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; style-src 'unsafe-inline' "
    b"https://cdn.jsdelivr.net; img-src 'self' data: https://fastapi.tiangolo.com; connect-src 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'"
)
_EVERYWHERE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_OWN = (b"cross-origin-resource-policy", b"same-origin")
_SHARED = (b"cross-origin-resource-policy", b"cross-origin")
_ASKED = (
    b"accept, accept-language, authorization, content-type, if-none-match, prefer, x-api-key, x-cache-id, x-purpose, "
    b"x-request-id"
)
_TOLD = b"content-location, etag, location, retry-after, x-request-id, x-termserver-release"
_ORIGIN, _EXPOSED = b"access-control-allow-origin", b"access-control-expose-headers"
SHARED_DATA: tuple[Header, ...] = (*_EVERYWHERE, (b"content-security-policy", _DATA), _SHARED)
"""What answers that everybody may read have from the beginning."""
EXPOSED: Header = (_EXPOSED, _TOLD)
_made: dict[tuple[str, tuple[bytes, ...]], tuple[tuple[Header, ...], bool]] = {}
_MOST_MADE = 2000


def missing(group: RouteGroup, names: tuple[bytes, ...]) -> tuple[tuple[Header, ...], bool]:
    """What an answer of this group gets beside the headers it has; whether it names an origin that it may not."""
    known = _made.get((group.id, names))
    if known is None:
        if len(_made) > _MOST_MADE:
            _made.clear()
        content = _DESCRIPTION if group.id == "description" else _DATA
        # the widget and public answers are there for the pages of any hospital software
        shared = _SHARED if "*" in group.origins else _OWN
        wanted = [*_EVERYWHERE, (b"content-security-policy", content), shared]
        if _ORIGIN in names and shared is _SHARED:
            wanted.append(EXPOSED)
        more = tuple(one for one in wanted if one[0] not in names)
        known = _made[group.id, names] = more, _ORIGIN in names and shared is _OWN
    return known


def allowed_origin(headers: list[Header], group: RouteGroup, origin: bytes) -> list[Header]:
    """The headers with what the policy says about pages of other sites, whatever they said before."""
    if "*" in group.origins:
        said = [one for one in headers if one[0] not in (_ORIGIN, _EXPOSED)]
        return [*said, (_ORIGIN, b"*"), EXPOSED]
    said = [_OWN if one == _SHARED else one for one in headers if one[0] not in (_ORIGIN, _EXPOSED)]
    if origin and origin.decode("latin-1") in group.origins:
        return [*said, (_ORIGIN, origin), (b"vary", b"origin")]
    return said


def preflight(found: Found) -> list[Header]:
    """What is said before a page of another site asks; who may is added where the answer leaves."""
    methods = ", ".join(sorted({*found.methods, "OPTIONS"} | ({"HEAD"} if "GET" in found.methods else set()))).encode()
    return [
        (b"allow", methods),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", _ASKED),
        (b"access-control-max-age", b"86400"),
    ]
