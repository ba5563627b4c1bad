"""The glossary: what people call a thing in Persian and English, and the words that titles of codes use for it."""

from termserver.model.text import Text
from termserver.model.values import value


@value
class GlossaryCategory:
    """A part of the glossary. ``in_titles``: the English of its terms is words of one title of ICD-10."""

    code: str
    title: Text
    in_titles: bool = False


@value
class GlossaryTerm:
    """One thing with its names. ``en`` is said in the words of the titles; the variants as people type it.

    A name may stand in several terms only among ``variants_en`` (abbreviations: MS is mitral stenosis and
    multiple sclerosis); a Persian name leads to one term.
    """

    fa: str
    en: str
    category: str
    variants_fa: tuple[str, ...] = ()
    variants_en: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        return (self.fa, *self.variants_fa, self.en, *self.variants_en)


@value
class Glossary:
    """All terms, in the committee's order."""

    id: str
    version: str
    title: Text
    terms: tuple[GlossaryTerm, ...] = ()
    categories: tuple[GlossaryCategory, ...] = ()
    provisional: bool = False
    publisher: str = ""
    source: str = ""
    licence: str = ""
    description: Text = Text()
