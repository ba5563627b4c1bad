"""Every setting of a node: its name in the environment, what it says, whether it is a secret, and where it came from.

A setting is said by a flag, else by the environment, else (a secret) by the file that ``NAME_FILE`` names, else by
the settings file that ``TERMSERVER_SETTINGS`` names: TOML, the names in small letters without ``TERMSERVER_``.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from termserver.model.errors import UsageError
from termserver.model.text import Text
from termserver.model.values import value

PREFIX = "TERMSERVER_"
FILE = "TERMSERVER_SETTINGS"
OWN = "TERMSERVER_SERVED_"
"""What a server tells its own processes; nobody sets it."""


@value
class Setting:
    """One setting; ``default`` is what is in force where nobody says anything, in words."""

    name: str
    says: Text
    default: str = ""
    secret: bool = False
    numbers: bool = False

    @property
    def short(self) -> str:
        """As the settings file names it."""
        return self.name.removeprefix(PREFIX).lower()


@value
class Told:
    """What is in force, and from where: ``environment``, a file's name, or ``default``."""

    setting: Setting
    value: str
    source: str

    @property
    def shown(self) -> str:
        """The value as it may be shown: a secret and a password are not."""
        if self.setting.secret and self.value:
            return "***"
        parts = urlsplit(self.value) if "://" in self.value else None
        if parts is not None and parts.password:
            place = f"{parts.username}:***@{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
            return urlunsplit(parts._replace(netloc=place))
        return self.value


def _known(name: str, fa: str, en: str, default: str = "", secret: bool = False, numbers: bool = False) -> Setting:
    return Setting(f"{PREFIX}{name}", Text(fa, en), default, secret, numbers)


SETTINGS = (
    _known("SHELF", "پوشهٔ انتشارهای نصب‌شده", "the folder of installed releases", "the user's data folder"),
    _known("EDITION", "ویراستی که پاسخ می‌دهد", "the edition, lock or release file that answers", "the shelf's"),
    _known("DATABASE_URL", "پایگاه دادهٔ ثبت‌ها و کمیته", "the store of record: a file or a URL", "a file on the shelf"),
    _known("CACHE", "پوشهٔ نهانی؛ خالی: هیچ", "the folder of compiled code; empty: none", "the user's cache folder"),
    _known("HOST", "نشانی گوش‌دادن", "the address to listen at", "127.0.0.1"),
    _known("PORT", "درگاه", "the port to listen at", "8000", numbers=True),
    _known("WORKERS", "چند فرایند پاسخ می‌دهند", "how many processes answer", "1", numbers=True),
    _known("JUDGES", "چند فرایند سند می‌سنجند", "how many processes judge documents", "by the cores", numbers=True),
    _known("LOG", "شکل گزارش برنامه: text یا json", "how the program's log is written: text or json", "text"),
    _known("LOG_LEVEL", "debug، info، warning یا error", "debug, info, warning or error", "warning"),
    _known("OTEL_ENDPOINT", "گردآور OpenTelemetry", "the OTLP collector that spans are sent to", "none is sent any"),
    _known("NODE", "نام این گره", "the name of this node", "the machine's name"),
    _known("AUDIT", "پوشهٔ دفتر دسترسی", "the folder of the log of accesses", "none is kept"),
    _known("AUDIT_KEY", "کلیدی که دفتر را مهر می‌کند", "the key that seals the log", "made beside the log"),
    _known("ACCESS", "عکس دسترسی", "the signed snapshot of clients and grants", "none"),
    _known("ACCESS_TRUST", "کلیدهای عکس دسترسی", "the public keys that snapshot is believed by"),
    _known("TRUSTED_PROXIES", "پروکسی‌های مورد اعتماد", "addresses of our own proxies", "none"),
    _known("CLIENT_SUBJECT_HEADER", "سرایند نام گواهی", "the header in which the proxy passes a certificate's subject"),
    _known("TOKEN_AUDIENCE", "مخاطب نشانه‌ها", "what the audience of tokens must be", "termserver"),
    _known("LOGIN_ISSUER", "صادرکنندهٔ ورود", "the issuer at which people log in", "nobody logs in"),
    _known("LOGIN_CLIENT", "نام ما نزد آن", "our name at that issuer"),
    _known("LOGIN_SECRET", "راز ما نزد آن", "our secret at that issuer", secret=True),
    _known("PUBLIC_URL", "نشانی همگانی این سرویس", "the public address of this service"),
    _known("SUBSCRIBERS", "کلیدهای مشترکان", "the keys of subscribers who acknowledge releases"),
    _known("FHIR_FLAT", "1: لیست‌های تخت", "1: expansions are flat"),
    _known("KEY_PEPPER", "راز کلیدهای کاربران", "the secret behind the hashes of API keys", secret=True),
    _known(
        "HASH_KEY", "راز چکیدهٔ کدهای ملی", "the secret behind hashed national codes", "made once on the shelf", True
    ),
    _known("KEY_PASSPHRASE", "گذرواژهٔ کلیدها", "what unlocks an encrypted private key", secret=True),
    _known("LEARN", "پوشهٔ شمارش انتخاب‌ها", "the folder in which picks of codes are counted", "none are counted"),
    _known("PROPOSALS", "پوشهٔ پیشنهادها", "the folder in which proposals are kept", "none are kept"),
    _known("PUBLICATION", "پوشهٔ انتشار", "the folder of the publication that is served", "none is served"),
    _known("PACKAGE_REGISTRY", "نشانی انبار بسته‌ها", "the registry of FHIR packages that is asked"),
    _known("PACKAGE_SCOPE", "دامنهٔ نام بسته‌ها", "the scope of our packages' names"),
    _known("CONTENT", "پوشهٔ محتوا", "the folder of the content that is edited"),
    _known("DESK", "میز کار کمیته", "where the desk of the committee is served from", "none"),
    _known("DESK_AS", "چه کسی در میز کار است", "whom the desk of a laptop acts as"),
    _known("DESK_SECRET", "راز میز کار", "the secret behind the forms of the desk", secret=True),
    _known("WHO", "چه کسی فرمان می‌دهد", "who gives the committee's commands"),
    _known("LANG", "fa یا en", "fa or en: the language of texts", "the locale's"),
    _known("DEBUG", "1: جای خطا را نشان بده", "1 shows where a failure is"),
)
_BY_NAME = {one.name: one for one in SETTINGS}
put_there: set[str] = set()
"""What ``apply`` has put into the environment."""


def in_force(environment: Mapping[str, str] = os.environ) -> tuple[list[Told], list[str]]:
    """Every setting as it is in force, and the names that nobody knows, each with the nearest.

    Raise UsageError for a settings file that cannot be used.
    """
    said = _of_file(environment)
    told = []
    for setting in SETTINGS:
        if setting.name in environment:
            told.append(Told(setting, environment[setting.name], "environment"))
        elif setting.secret and (place := environment.get(f"{setting.name}_FILE")):
            told.append(Told(setting, _secret(place), place))
        elif setting.short in said:
            told.append(Told(setting, said[setting.short], environment[FILE]))
        else:
            told.append(Told(setting, setting.default, "default"))
    return told, unknown(environment)


def unknown(environment: Mapping[str, str]) -> list[str]:
    """The names in the environment that look like ours and are not, with the nearest known one."""
    also = {FILE} | {f"{one.name}_FILE" for one in SETTINGS if one.secret}
    found = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and not name.startswith(OWN) and name not in _BY_NAME and name not in also:
            near = difflib.get_close_matches(name, _BY_NAME, 1, 0.7)
            found.append(f"{name} ({near[0]}?)" if near else name)
    return found


def apply(environment: MutableMapping[str, str] = os.environ) -> None:
    """Put what files say where everybody looks: into the environment. Raise UsageError if they cannot be used."""
    for one in in_force(environment)[0]:
        if one.source not in ("environment", "default"):
            environment[one.setting.name] = one.value
            put_there.add(one.setting.name)


def _of_file(environment: Mapping[str, str]) -> dict[str, str]:
    place = environment.get(FILE)
    if not place:
        return {}
    try:
        said = tomllib.loads(Path(place).read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"The settings file {place} cannot be read: {error.strerror}.",
            f"پروندهٔ تنظیم {place} خوانده نمی‌شود: {error.strerror}.",
        ) from None
    except ValueError as error:
        raise UsageError(f"{place} is no TOML: {error}.", f"{place} به شکل TOML نیست: {error}.") from None
    known = {one.short: one for one in SETTINGS}
    found = {}
    for name, told in said.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.6)
            raise UsageError(
                f"{place}: there is no setting '{name}'." + (f" Nearest: {near[0]}." if near else ""),
                f"{place}: تنظیمی به نام «{name}» نیست." + (f" نزدیک‌ترین: {near[0]}." if near else ""),
            )
        if isinstance(told, bool) or not isinstance(told, str | int):
            raise UsageError(
                f"{place}: '{name}' must be a text or a number.", f"{place}: «{name}» باید متن یا عدد باشد."
            )
        if known[name].numbers and not str(told).isdigit():
            raise UsageError(f"{place}: '{name}' must be a number.", f"{place}: «{name}» باید عدد باشد.")
        found[name] = str(told)
    return found


def _secret(place: str) -> str:
    try:
        return Path(place).read_text("utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"The secret {place} cannot be read: {error.strerror}.", f"راز {place} خوانده نمی‌شود: {error.strerror}."
        ) from None
