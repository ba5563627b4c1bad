"""The drug products of the sample nation: invented substances, and IRC, generic, ERX and GTIN in their cardinalities.

A substance in one strength and form is one generic code with one generic ERX; its brands have an
ERX each; a brand has several products (packages, owners), and now and then two share a GTIN.
"""

from collections.abc import Iterator

from termserver.model.check_digits import EXPECTED
from termserver.registries.sample_chance import Chance, Json, Turns, fact, iso, period
from termserver.registries.sample_lists import NationalLists
from termserver.registries.sample_names import CALLED, MARK, substance

PER_GENERIC = 9
PER_BRAND = 3
MOST = 80_000
"""More would leave the ranges of generic and ERX codes that no real product has."""
FIRST_GENERIC, FIRST_ERX = 90_001, 20_000

_GENERIC, _PRODUCT, _CHANGE = 7, 8, 9
_STRENGTHS = ("5 mg", "10 mg", "20 mg", "25 mg", "40 mg", "50 mg", "100 mg", "200 mg", "250 mg", "500 mg", "1 g")
_PACKAGES = (1, 5, 10, 20, 28, 30, 50, 60, 100)
_ROUTES = {"TABLET": "ORAL", "CAPSULE": "ORAL", "INJECTION": "PARENTERAL", "CREAM": "TOPICAL", "SOLUTION": "ORAL"}
_COVERED = ((0.6, 70), (0.55, 90), (0.3, 100))
_YEAR = 365


class Products:
    """Every product by number, and the codes that belong to it."""

    def __init__(self, seed: int, count: int, a_day: int, first_day: int, lists: NationalLists):
        self._chance = Chance(seed)
        self.count = count
        self._first_day = first_day
        known = {code: name for code, name in lists.forms if code in _ROUTES}
        self._forms = list(known.items()) or lists.forms[:1]
        self._insurers = lists.insurers
        self._turns = Turns(self._chance, _CHANGE, count, a_day)

    # codes

    @staticmethod
    def irc(n: int) -> str:
        return f"9999{n + 1:012d}"

    @staticmethod
    def generic(n: int) -> str:
        return str(FIRST_GENERIC + n // PER_GENERIC)

    @staticmethod
    def erx(n: int) -> str:
        """The ERX of a product's brand."""
        generic, within = divmod(n, PER_GENERIC)
        return f"{FIRST_ERX + generic * 4 + 1 + within // PER_BRAND:05d}"

    def gtin(self, n: int) -> str:
        """Numbers beginning with 02 are for use inside a shop: GS1 gives them to nobody."""
        shared = n - 1 if n % 10 == 9 and n % PER_GENERIC else n
        digits = f"002{shared:010d}0"
        return digits[:13] + EXPECTED["gs1"](digits)

    # entries

    def entries(self, days: int = 0) -> Iterator[Json]:
        """Every product (IRC), as known at the end of the given day."""
        for n in range(self.count):
            yield self.entry(n, days)

    def changes(self, day: int) -> Iterator[Json]:
        """What is told on a day: prices, coverage, registrations, and products that are withdrawn."""
        for event in self._turns.of_day(day):
            n = self._turns.whose(event)
            ended = self._withdrawn(n, day)
            if ended is None:
                yield self.entry(n, day)
            elif ended == day:
                yield {"code": self.irc(n), "closed": iso(self._first_day + day), "replaced_by": [self.irc(n + 1)]}

    def entry(self, n: int, days: int) -> Json:
        said = self._born(n)
        facts: list[Json] = said["properties"]
        ended = self._withdrawn(n, days)
        for event, day in self._turns.events(n, days):
            if ended is not None and day >= ended:
                break
            self._change(facts, event, self._first_day + day)
        if ended is not None:
            said["status"] = "retired"
            said["replaced_by"] = [self.irc(n + 1)]
            said["period"] = {**said["period"], "end": iso(self._first_day + ended)}
        return said

    def _withdrawn(self, n: int, days: int) -> int | None:
        """The day of the sample on which a product gave way to the next of its generic, if it did by then."""
        if n % 40 != 3 or n + 1 >= self.count or (n + 1) % PER_GENERIC == 0:
            return None
        return next((day for _, day in self._turns.events(n, days)), None)

    def _said(self, generic: int) -> tuple[str, str, str, str, str, str]:
        """Substance, strength, form, its Persian name, route and ATC of a generic."""
        chance = self._chance.of(_GENERIC, generic)
        form, form_fa = chance.pick(self._forms)
        group = "ABCD"[chance.below(4)]
        atc = f"Z{chance.below(20):02d}{group}{'ABCDE'[chance.below(5)]}{chance.below(99) + 1:02d}"
        return substance(generic), chance.pick(_STRENGTHS), form, form_fa, _ROUTES.get(form, ""), atc

    def _born(self, n: int) -> Json:
        name, strength, form, form_fa, route, atc = self._said(n // PER_GENERIC)
        brand = self._brand(n)
        chance = self._chance.of(_PRODUCT, n)
        owner = chance.below(len(CALLED))
        began = self._first_day - chance.between(400, 3_000)
        package, price = chance.pick(_PACKAGES), chance.between(20, 5_000) * 1_000
        registration = {"number": f"R-{n + 1:07d}", "kind": "emergency" if chance.happens(0.03) else "usual"}
        until = self._first_day + chance.between(-60 if chance.happens(0.05) else 420, 1_800)
        facts = [
            fact("generic", self.generic(n)),
            fact("erx", self.erx(n)),
            fact("gtin", self.gtin(n)),
            fact("form", form),
            fact("route", route),
            fact("strength", strength),
            fact("ingredients", f"{name} {strength}"),
            fact("atc", atc),
            fact("package-count", str(package)),
            fact("owner", f"داروسازی {CALLED[owner][0]} {MARK.fa}"),
            fact("owner-id", legal_person(owner)),
            fact("country", "IR" if chance.happens(0.8) else "DE"),
            fact("registration", registration, period(began, until)),
            fact("price", _price(price * 8 // 10), period(began, self._first_day - 200)),
            fact("price", _price(price), period(self._first_day - 199)),
        ]
        for insurer, (share, percent) in zip(self._insurers, _COVERED, strict=False):
            if chance.happens(share):
                facts.append(fact("coverage", _coverage(insurer, percent, price), period(self._first_day - 199)))
        low = n // PER_BRAND * PER_BRAND
        facts += [fact("interchangeable", self.irc(m)) for m in range(low, min(low + PER_BRAND, self.count)) if m != n]
        return {
            "code": self.irc(n),
            "display": {
                "fa": f"{form_fa} {brand[0]} {MARK.fa} {strength}",
                "en": f"{brand[1]} {MARK.en} {form} {route} {strength}".upper(),
            },
            "period": period(began),
            "properties": facts,
        }

    def _brand(self, n: int) -> tuple[str, str]:
        """A brand of the substance; the first is the substance itself."""
        name = substance(n // PER_GENERIC)
        which = n % PER_GENERIC // PER_BRAND
        if which == 0:
            return name.capitalize(), name
        called = CALLED[(n // PER_BRAND) % len(CALLED)]
        return f"{called[0]}{('کس', 'فارم')[which - 1]}", f"{called[1]}{('ex', 'farm')[which - 1]}"

    def _change(self, facts: list[Json], event: int, day: int) -> None:
        chance = self._chance.of(_CHANGE, event + 1)
        what = chance.share()
        if what < 0.7:
            amount = 0
            for one in facts:
                if one["code"] == "price" and "end" not in one["period"]:
                    one["period"] = {**one["period"], "end": iso(day - 1)}
                    amount = one["value"]["amount"]
            facts.append(fact("price", _price(amount * chance.between(105, 160) // 100), period(day)))
        elif what < 0.85:
            insurer = chance.pick(self._insurers)
            for one in facts:
                if one["code"] == "coverage" and one["value"]["insurer"] == insurer and "end" not in one["period"]:
                    one["period"] = {**one["period"], "end": iso(day - 1)}
            amount = next(one["value"]["amount"] for one in reversed(facts) if one["code"] == "price")
            facts.append(fact("coverage", _coverage(insurer, chance.pick((50, 70, 90)), amount), period(day)))
        else:
            for one in facts:
                if one["code"] == "registration" and one["period"]["end"] >= iso(day):
                    one["period"] = {**one["period"], "end": iso(day + 5 * _YEAR)}

    # the other lists

    def generics(self) -> Iterator[Json]:
        for generic in range(-(-self.count // PER_GENERIC)):
            name, strength, form, form_fa, route, atc = self._said(generic)
            brands = -(-min(PER_GENERIC, self.count - generic * PER_GENERIC) // PER_BRAND)
            first = FIRST_ERX + generic * 4
            fa = f"{form_fa} {name.capitalize()} {MARK.fa} {strength}"
            yield {
                "code": str(FIRST_GENERIC + generic),
                "display": {"fa": fa, "en": _title(name, strength, form, route)},
                "properties": [
                    *(fact("erx", f"{code:05d}") for code in range(first, first + 1 + brands)),
                    fact("form", form),
                    fact("route", route),
                    fact("strength", strength),
                    fact("ingredients", f"{name} {strength}"),
                    fact("atc", atc),
                ],
            }

    def prescribed(self) -> Iterator[Json]:
        """The ERX codes: one for the generic, one for each brand with its products."""
        for generic in range(-(-self.count // PER_GENERIC)):
            name, strength, form, _, route, _ = self._said(generic)
            first = generic * PER_GENERIC
            last = min(first + PER_GENERIC, self.count)
            code = str(FIRST_GENERIC + generic)
            yield {
                "code": f"{FIRST_ERX + generic * 4:05d}",
                "display": {"en": _title(name, strength, form, route)},
                "properties": [
                    fact("generic", code), fact("level", "generic"),
                    *(fact("irc", self.irc(n)) for n in range(first, last)),
                ],
            }  # fmt: skip
            for start in range(first, last, PER_BRAND):
                brand = self._brand(start)[1].upper()
                yield {
                    "code": self.erx(start),
                    "display": {"en": f"{_title(name, strength, form, route)} [{brand}]"},
                    "properties": [
                        fact("generic", code), fact("level", "brand"),
                        *(fact("irc", self.irc(n)) for n in range(start, min(start + PER_BRAND, last))),
                    ],
                }  # fmt: skip

    def trade_items(self) -> Iterator[Json]:
        """The GTINs, each with the products that bear it."""
        n = 0
        while n < self.count:
            together = [n]
            if n + 1 < self.count and self.gtin(n + 1) == self.gtin(n):
                together.append(n + 1)
            said = self._born(n)
            facts = [fact("irc", self.irc(m)) for m in together]
            yield {"code": self.gtin(n), "display": said["display"], "properties": facts}
            n += len(together)


def legal_person(n: int) -> str:
    """An eleven-digit id of a company that is not there; its check digit is right."""
    digits = f"999{n + 1_000:07d}0"
    return digits[:10] + EXPECTED["legal-person"](digits)


def _title(name: str, strength: str, form: str, route: str) -> str:
    return f"{name} {MARK.en.upper()} {strength} {form} {route}".strip()


def _price(amount: int) -> Json:
    return {"kind": "consumer", "per": "package", "amount": amount}


def _coverage(insurer: str, percent: int, tariff: int) -> Json:
    paid = tariff * percent // 100
    return {
        "insurer": insurer,
        "percent": percent,
        "tariff": tariff,
        "insurer-share": paid,
        "patient-share": tariff - paid,
    }
