"""How many entries of registries a caller may read: a minute, a day, and less if they try number after number."""

from termserver.access.enumeration import Watch
from termserver.access.limits import Allowances
from termserver.access.policy import Standing
from termserver.access.quotas import Quotas
from termserver.access.shared_counts import SharedCounts
from termserver.api.answers import Problem
from termserver.model.text import Text
from termserver.releases.editions import default_folder

ENTRIES_A_MINUTE = 600
"""For whoever has no bounds by a policy: entries one by one, and so many at once after a rest."""
QUOTAS_FILE = "entries-read.json"


class EntryLimits:
    """The bounds of every caller; safe to share between threads."""

    def __init__(self) -> None:
        folder = default_folder()
        file = folder / QUOTAS_FILE if folder is not None and folder.is_dir() else None
        self._quotas = Quotas(file, SharedCounts.of_server("days"))
        self._rates = Allowances(SharedCounts.of_server("entries"))
        self._watch = Watch()

    def allow(self, address: str, count: float, standing: Standing | None) -> None:
        """Raise Problem (429) if the caller has read too many entries; ``standing`` None: known by address alone."""
        at_home = standing is None or standing.everything
        who = address if standing is None or at_home else standing.payer
        limits = standing.limits if standing is not None and not at_home else None
        per_minute = limits.entries_per_minute if limits is not None else ENTRIES_A_MINUTE
        cost = count if at_home else count * self._watch.cost(who)
        wait = self._rates.of(per_minute, per_minute).take(who, cost) if per_minute else 0
        if wait:
            raise Problem(
                429,
                "too-many-entries",
                Text(
                    f"خواندن تک‌تک ورودی‌ها اندازه دارد؛ {wait} ثانیهٔ دیگر بپرسید. برای همهٔ ثبت /changes هست.",
                    f"Entries read one by one are limited; ask again in {wait} s. The whole registry is at /changes.",
                ),
                {"retry_after": wait},
            )
        wait = self._quotas.take(who, count, limits.entries_per_day) if limits is not None else 0
        if wait:
            raise Problem(
                429,
                "daily-quota",
                Text(
                    f"سهم امروز خواندن ورودی‌ها تمام شد؛ {wait // 3600} ساعت دیگر بپرسید یا دسترسی بیشتری بخواهید.",
                    f"Today's quota of entries is read; ask again in {wait // 3600} h, or ask the operator for more.",
                ),
                {"retry_after": wait},
            )

    def saw(self, standing: Standing | None, registry: str, code: str, found: bool) -> None:
        """Note that somebody looked for an entry."""
        if standing is not None and not standing.everything:
            self._watch.saw(standing.payer, registry, code, found)

    def verified(self, standing: Standing | None, registry: str, known: int, unknown: int) -> None:
        """Note a batch of verifications."""
        if standing is not None and not standing.everything:
            self._watch.verified(standing.payer, registry, known, unknown)

    def close(self) -> None:
        """Keep the counts of the day."""
        self._quotas.close()
