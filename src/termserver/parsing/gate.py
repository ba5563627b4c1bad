"""What bytes must be before any parser sees them: within the size, UTF-8, XML or JSON."""

from termserver.model.text import Text
from termserver.parsing.faults import Unreadable, place_of

BYTE_LIMIT = 10_000_000
DEPTH_LIMIT = 254
"""Levels of nesting: what orjson writes back; libxml2 itself stops at 256."""
ELEMENT_LIMIT = 250_000
"""Elements of an XML document, objects and lists of a JSON one: real ones take more than forty bytes each, so that a
document of real elements meets the limit of bytes first."""
MEMBER_LIMIT = 500_000
"""Members of the objects of a JSON document; real ones take twenty bytes each."""
BOM = b"\xef\xbb\xbf"

_OTHER_MARKS = (
    b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"\x4c\x6f\xa7\x94",  # UTF-16 and UTF-32 marks, EBCDIC "<?xm"
    b"+/v8", b"+/v9", b"+/v+", b"+/v/",  # UTF-7
)  # fmt: skip

UTF8_HINT = Text(fa="سند را با رمزگذاری UTF-8 بفرستید.", en="Send the document in UTF-8.")


def kind_of(data: bytes, limit: int = BYTE_LIMIT) -> str:
    """``"xml"`` or ``"json"``, by the first sign; raise Unreadable for anything else."""
    if len(data) > limit:
        raise Unreadable(
            "budget.bytes",
            Text(
                fa=f"سند {len(data):,} بایت است؛ حداکثر {limit:,} بایت بررسی می‌شود.",
                en=f"The document has {len(data):,} bytes; at most {limit:,} are read.",
            ),
            hint=Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
            budget=True,
        )
    head = data[3:67].lstrip() if data.startswith(BOM) else data[:64].lstrip()
    if not head:
        head = data.removeprefix(BOM).strip()[:64]
        if not head:
            raise Unreadable("syntax.empty", Text(fa="سند تهی است.", en="The document is empty."))
    if head.startswith(_OTHER_MARKS) or b"\x00" in head:
        raise Unreadable(
            "syntax.encoding", Text(fa="رمزگذاری سند UTF-8 نیست.", en="The document is not in UTF-8."), hint=UTF8_HINT
        )
    if head.startswith(b"<"):
        return "xml"
    if head.startswith((b"{", b"[")):
        return "json"
    raise Unreadable(
        "syntax.not-a-document",
        Text(fa="سند نه XML است و نه JSON.", en="The document is neither XML nor JSON."),
        hint=Text(
            fa="یک سند XML با < و یک سند JSON با { آغاز می‌شود.", en="An XML document begins with <, a JSON one with {."
        ),
    )


def require_few(elements: int, limit: int = ELEMENT_LIMIT) -> None:
    """Raise Unreadable for more elements than a document of the size limit can really have."""
    if elements > limit:
        raise Unreadable(
            "budget.elements",
            Text(
                fa=f"سند {elements:,} عنصر دارد؛ حداکثر {limit:,} عنصر بررسی می‌شود.",
                en=f"The document has {elements:,} elements; at most {limit:,} are read.",
            ),
            hint=Text(fa="سند را به چند پیام بشکنید.", en="Split it into several messages."),
            budget=True,
        )


def require_utf8(data: bytes) -> None:
    """Raise Unreadable at the first byte that is not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = place_of(data, error.start)
        raise Unreadable(
            "syntax.encoding",
            Text(fa="این بایت در UTF-8 معنایی ندارد.", en="This byte means nothing in UTF-8."),
            line,
            column,
            UTF8_HINT,
        ) from None
