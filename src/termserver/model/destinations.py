"""Where documents go: which types an exchange takes, from whom, for what purpose, and how much of each.

The by-law's art. 17 (cost documents go to both exchanges at once), art. 19 (who sends what to whom and
for what purpose) and art. 9(5) (the minimum data set) as data that the committee approves.
"""

from enum import StrEnum

from termserver.model.days import ALWAYS, Day, Period
from termserver.model.text import Text
from termserver.model.values import value


class Sending(StrEnum):
    """Whether a type of document goes to a destination.

    ``required``: wherever it is sent, it is sent there too.
    """

    REQUIRED = "required"
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


@value
class Sent:
    """One type of document at one destination.

    ``minimum`` lists the paths that it may carry there, each with all that is below it; empty: the
    whole document. What breaks a ``provisional`` entry, somebody's reading, is a warning; so is a field
    beyond a minimum that is ``minimum_provisional``.
    """

    type: str
    sending: Sending
    sender: Text = Text()
    purpose: Text = Text()
    minimum: tuple[str, ...] = ()
    period: Period = ALWAYS
    provisional: bool = False
    minimum_provisional: bool = False
    source: str = ""


@value
class Destination:
    """One destination; ``otherwise`` is what holds for a type that it does not list."""

    id: str
    version: str
    title: Text
    documents: tuple[Sent, ...]
    otherwise: Sending = Sending.FORBIDDEN
    receiver: Text = Text()
    aliases: tuple[str, ...] = ()
    provisional: bool = False
    source: str = ""

    def on(self, type: str, day: Day) -> Sent:
        """What holds for a type of document on a day; the newest entry where the day is not known."""
        entries = [one for one in self.documents if one.type == type]
        if day:
            found = next((one for one in entries if one.period.holds(day)), None)
        else:
            found = max(entries, key=lambda one: one.period.start, default=None)
        return found or Sent(type, self.otherwise, provisional=self.provisional, source=self.source)

    def names(self) -> tuple[str, ...]:
        return (self.id, *self.aliases)
