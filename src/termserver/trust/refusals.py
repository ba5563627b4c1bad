"""Why something is not believed or not taken, in the words of a reader who is no cryptographer.

Whoever refuses has changed nothing: what was good before goes on serving.
"""

from termserver.model.errors import ReleaseError
from termserver.model.text import Text

KEPT = Text(fa="آخرین انتشار درست همچنان پاسخ می‌دهد.", en="The last good release goes on serving.")


class Refused(ReleaseError):
    """An update is refused. ``code`` is stable and for programs (``signature``, ``rollback``, ``mixed`` …)."""

    def __init__(self, code: str, en: str, fa: str) -> None:
        super().__init__(f"{en} {KEPT.en}", f"{fa} {KEPT.fa}")
        self.code = code


class Unreachable(ReleaseError):
    """The publisher or its mirror cannot be asked; nothing is known to be wrong."""


def unreadable(what: str, why: str) -> Refused:
    return Refused(
        "unreadable",
        f"{what} is not metadata of a publisher: {why}. Ask the mirror's keeper, or take another mirror.",
        f"{what} فرادادهٔ ناشر نیست: {why}. از نگه‌دارندهٔ آینه بپرسید یا آینهٔ دیگری برگزینید.",
    )


def too_few_signatures(what: str, good: int, needed: int, fewest: str = "") -> Refused:
    """``fewest`` says by whose keys the signatures were counted, where that is not plain."""
    return Refused(
        "signature",
        f"{what} has {good} good signatures{fewest and f' of {fewest}'}; {needed} are needed. Somebody altered it, or "
        "it was never approved.",
        f"{what} {good} امضای درست{' ' if fewest else ''}{fewest} دارد؛ {needed} امضا لازم است. کسی آن را عوض کرده یا "
        "هرگز تصویب نشده است.",
    )


def rolled_back(what: str, offered: int, held: int) -> Refused:
    return Refused(
        "rollback",
        f"{what} is number {offered}, older than number {held}, which is known here. A mirror that lags, or somebody "
        "who wants an old release back.",
        f"{what} شمارهٔ {offered} است، کهنه‌تر از شمارهٔ {held} که اینجا شناخته است. آینه‌ای عقب‌مانده، یا کسی که "
        "انتشار کهنه‌ای را بازمی‌خواهد.",
    )


def mixed(what: str, why: str = "") -> Refused:
    return Refused(
        "mixed",
        f"{what} is not the one that the publisher's snapshot names{f' ({why})' if why else ''}: files of different "
        "publications are mixed, or one was altered.",
        f"{what} آن نیست که رونوشت ناشر نام می‌برد: پرونده‌های انتشارهای گوناگون درهم شده‌اند یا یکی عوض شده است.",
    )


def expired(what: str, until: str) -> Refused:
    return Refused(
        "expired",
        f"{what} was good until {until} and brings nothing new. The publisher or the mirror has stopped, or the clock "
        "of this machine is wrong.",
        f"{what} تا {until} اعتبار داشت و چیز تازه‌ای نمی‌آورد. ناشر یا آینه از کار افتاده، یا ساعت این ماشین درست نیست.",
    )


def of_another(publisher: str, names: str) -> Refused:
    return Refused(
        "foreign",
        f"'{publisher}' publishes under a name that belongs to another publisher of this shelf: {names}. Nothing of "
        "that name is taken from it.",
        f"«{publisher}» با نامی منتشر می‌کند که از آنِ ناشر دیگری در این قفسه است: {names}. چیزی با آن نام از او گرفته "
        "نمی‌شود.",
    )


def too_much(what: str, limit: int) -> Refused:
    return Refused(
        "endless",
        f"{what} does not end where it should: more than {limit:,} bytes came. The mirror is broken or hostile.",
        f"{what} جایی که باید پایان نمی‌یابد: بیش از {limit:,} بایت آمد. آینه خراب یا بدخواه است.",
    )


def too_slow(what: str, seconds: float) -> Refused:
    return Refused(
        "slow",
        f"{what} came too slowly and was given up after {seconds:.0f} seconds. Take another mirror, or try later.",
        f"{what} بسیار کند می‌آمد و پس از {seconds:.0f} ثانیه رها شد. آینهٔ دیگری برگزینید یا دیرتر بیازمایید.",
    )
