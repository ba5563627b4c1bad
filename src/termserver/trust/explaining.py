"""Whether a release may be relied on, told to somebody who knows nothing of digests and signatures.

Needs no network: a release explains itself by its seal, and by the publisher's signed word that is held here.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from termserver.model.days import jalali_text
from termserver.model.errors import DigestMismatch, ReleaseError
from termserver.model.releases import Manifest
from termserver.model.text import Text
from termserver.model.values import value
from termserver.releases import layout, verification
from termserver.releases.shelf import Shelf
from termserver.trust import trusted
from termserver.trust.metadata import ROOT, TARGETS, Document, names_of
from termserver.trust.publishers import Publisher, signed_pins
from termserver.trust.statement import Published

GOOD, CARE, BAD = "good", "care", "bad"
UNSIGNED = "unsigned"
"""The code of a whole file that nobody who is known here has signed: neither genuine nor forged."""


@value
class Explained:
    """What stands with one release. ``code`` is stable and for programs; ``detail`` is for the technician."""

    what: str
    verdict: str
    code: str
    says: Text
    do: Text
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.what,
            "verdict": self.verdict,
            "code": self.code,
            "message": self.says.as_json(),
            "hint": self.do.as_json(),
            "detail": self.detail or None,
        }


_AGAIN = Text(
    fa="این پرونده را به کار نبرید. آن را دوباره از ناشر یا آینه‌ای دیگر بگیرید: termserver pull",
    en="Do not use this file. Get it again from the publisher or another mirror: termserver pull",
)
_NAME = Text(
    fa="نام و جای پرونده را بنگرید، یا آن را بگیرید: termserver pull",
    en="Look at its name and place, or get it: termserver pull",
)
_UNSIGNED = Text(
    fa="ثابت نشده است: این پرونده سالم است، ولی هیچ ناشری که اینجا شناخته است امضایش نکرده است: نمی‌توان گفت از کیست.",
    en="Not proved: this file is whole, but no publisher who is known here has signed it: nobody can tell whose it is.",
)
_NOBODY = Text(
    fa="ثابت نشده است: این پرونده سالم است، ولی این دستگاه هنوز به هیچ ناشری اعتماد نکرده است: نمی‌توان گفت از کیست.",
    en="Not proved: this file is whole, but no publisher is trusted on this machine yet: nobody can tell whose it is.",
)
_BUILT = Text(
    fa="اگر خودتان آن را ساخته‌اید، درست است. اگر کسی به شما داده است به آن تکیه نکنید و از ناشر بگیرید: "
    "termserver trust و سپس termserver pull",
    en="If you built it yourself, that is right. If somebody gave it to you, do not rely on it; get it from its "
    "publisher: termserver trust, then termserver pull",
)
_NOTHING = Text(fa="کاری لازم نیست.", en="Nothing needs to be done.")


def explain_file(path: Path, publishers: Sequence[Publisher], now: datetime.datetime) -> list[Explained]:
    """What stands with a release file: one explanation, the worst thing first."""
    if not path.exists():
        says = Text("اینجا پرونده‌ای به این نام نیست.", "There is no file of this name here.")
        return [Explained(path.name, BAD, "missing", says, _NAME, str(path))]
    try:
        manifest = verification.verify_in_full(path.absolute())
    except ReleaseError as error:
        return [_broken(path, publishers, error)]
    return [_signed_or_not(path, manifest, publishers, now)]


def explain_shelf(shelf: Shelf, publishers: Sequence[Publisher], now: datetime.datetime) -> list[Explained]:
    """What stands with every release of the current edition, and with what its publishers last said."""
    edition = shelf.current()
    found: list[Explained] = []
    for pin in edition.releases if edition else ():
        path = shelf.path_of(pin)
        if path.is_file():
            found += explain_file(path, publishers, now)
        else:
            found.append(
                Explained(
                    f"{pin.name} {pin.version}",
                    BAD,
                    "missing",
                    Text(
                        fa="ویراست کنونی این انتشار را نام می‌برد و پروندهٔ آن اینجا نیست.",
                        en="The current edition names this release, and its file is not here.",
                    ),
                    _AGAIN,
                    str(path),
                )
            )
    return found + [_stale(one, now, since) for one in publishers if (since := trusted.stale_since(one.held, now))]


def _broken(path: Path, publishers: Sequence[Publisher], error: ReleaseError) -> Explained:
    sizes = [one.file.length for _, one in signed_pins(publishers).values() if one.file.path == path.name]
    size = path.stat().st_size if path.is_file() else 0
    if sizes and size < sizes[0] and size and layout.read_head(path).is_sqlite:
        return Explained(path.name, BAD, "truncated", _short(size, sizes[0]), _AGAIN, str(error))
    if not isinstance(error, DigestMismatch):
        return _unreadable(path, error)
    return Explained(
        path.name,
        BAD,
        "altered",
        Text(
            fa="این پرونده پس از ساخته شدن عوض شده است: یا هنگام کپی آسیب دیده، یا کسی در آن دست برده است. پاسخ‌هایش "
            "دیگر پاسخ‌های کمیته نیست.",
            en="This file was changed after it was made: it was damaged on its way, or somebody tampered with it. Its "
            "answers are no longer the committee's.",
        ),
        _AGAIN,
        str(error),
    )


def _short(size: int, whole: int) -> Text:
    return Text(
        fa=f"این پرونده کامل نیست: {size:,} از {whole:,} بایت آن اینجاست.",
        en=f"This file is not whole: {size:,} of its {whole:,} bytes are here.",
    )


def _unreadable(path: Path, error: ReleaseError) -> Explained:
    return Explained(
        path.name,
        BAD,
        "unreadable",
        Text(
            fa="این پرونده انتشار کاملی نیست: بریده شده، خالی است، یا چیز دیگری است.",
            en="This file is no whole release: it was cut short, is empty, or is something else.",
        ),
        _AGAIN,
        str(error),
    )


def _signed_or_not(
    path: Path, manifest: Manifest, publishers: Sequence[Publisher], now: datetime.datetime
) -> Explained:
    signed = signed_pins(publishers)
    found = signed.get(manifest.digest)
    if found is not None:
        return _signed(manifest, *found, now)
    same = [one for _, one in signed.values() if (one.pin.name, one.pin.version) == (manifest.name, manifest.version)]
    if same:
        return Explained(
            manifest.label,
            BAD,
            "swapped",
            Text(
                fa=f"این پرونده خود را {manifest.label} می‌نامد، ولی آن {manifest.label} نیست که کمیته امضا کرده است.",
                en=f"This file calls itself {manifest.label}, but it is not the {manifest.label} that the committee "
                "signed.",
            ),
            _AGAIN,
            f"{path}: {manifest.digest}, signed: {same[0].pin.digest}",
        )
    return Explained(manifest.label, CARE, UNSIGNED, _UNSIGNED if publishers else _NOBODY, _BUILT, manifest.digest)


def _signed(manifest: Manifest, publisher: Publisher, one: Published, now: datetime.datetime) -> Explained:
    count = Document.parse(ROOT, publisher.held.root).count(Document.parse(TARGETS, publisher.held.targets))
    by = f"{names_of(count.signed)} ({publisher.name}, {len(count.signed)}/{count.threshold})"
    day = one.published_at[:10]
    detail = f"{manifest.digest}, signed by {by}, in force from {one.activate_at}"
    if one.retracted is not None:
        use = f" {one.replaced_by}" if one.replaced_by else ""
        return Explained(
            manifest.label,
            BAD,
            "retracted",
            Text(
                fa=f"ناشر این انتشار را پس گرفته است: {one.retracted.in_language('fa')}",
                en=f"The publisher has taken this release back: {one.retracted.in_language('en')}",
            ),
            Text(
                fa=f"انتشار دیگری به کار ببرید{use and ':'}{use}. اجرا کنید: termserver pull",
                en=f"Use another release{use and ':'}{use}. Run: termserver pull",
            ),
            detail,
        )
    newest = next((other for other in _of_one_name(publisher, one) if other.is_active(now)), one)
    if newest.sequence > one.sequence and one.is_active(now):
        return Explained(
            manifest.label,
            CARE,
            "older",
            Text(
                fa=f"درست و امضاشده، ولی {newest.label} جای آن را گرفته است.",
                en=f"Genuine and signed, but {newest.label} has taken its place.",
            ),
            Text(fa="تازه‌تر را بگیرید: termserver pull", en="Take the newer one: termserver pull"),
            detail,
        )
    return Explained(
        manifest.label,
        GOOD,
        "signed",
        Text(
            fa=f"درست است: همان است که {by} امضا کردند و در {jalali_text(day)} منتشر شد، بایت به بایت.",
            en=f"Genuine: byte for byte what {by} signed, published on {day}.",
        ),
        _NOTHING,
        detail,
    )


def _of_one_name(publisher: Publisher, one: Published) -> list[Published]:
    """The releases of the same name, the newest first."""
    said = publisher.statement
    return [other for other in reversed(said.releases) if other.pin.name == one.pin.name] if said else []


def _stale(publisher: Publisher, now: datetime.datetime, since: str) -> Explained:
    return Explained(
        publisher.name,
        CARE,
        "expired",
        Text(
            fa=f"آخرین خبر از این ناشر تا {since} اعتبار داشت. آنچه دارید همچنان درست است، ولی شاید تازه‌تری باشد.",
            en=f"The last word of this publisher was good until {since}. What you hold is still genuine, but there may "
            "be something newer.",
        ),
        Text(
            fa="اتصال را بررسی و دوباره بپرسید: termserver pull",
            en="Check the connection, and ask again: termserver pull",
        ),
        f"now {now.isoformat()}",
    )
