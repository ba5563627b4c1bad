"""A sentence in both languages."""

from termserver.model.values import value


@value
class Text:
    """The same words in Persian and in English; either may be empty where only one is known."""

    fa: str = ""
    en: str = ""

    def __str__(self) -> str:
        return self.en or self.fa

    def in_language(self, language: str) -> str:
        """The words in ``language`` ("fa" or "en"), else in the other one."""
        return (self.fa or self.en) if language.lower().startswith("fa") else (self.en or self.fa)

    def as_json(self) -> dict[str, str]:
        return {"fa": self.fa, "en": self.en}
