"""The glossary: what people call a thing in Persian and English, and the words that titles of codes use for it."""

from termserver.model.text import Text
from termserver.model.values import value


@value
class GlossaryCategory:
    """A part of the glossary. ``in_titles``: the English of its terms is words of one title of ICD-10.

    ``prefixes``: words that may stand before each of its Persian names, or be left out («متخصص»).
    ``beside``: words that may stand beside an abbreviation of its terms and say no more («قلب» beside ASD).
    ``narrows``: its terms say something of another thing, which is found without them, too («شدید»).
    """

    code: str
    title: Text
    in_titles: bool = False
    prefixes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    narrows: bool = False


@value
class GlossaryTerm:
    """One thing with its names. ``en`` is said in the words of the titles; the variants as people type it.

    A name may stand in several terms only among ``variants_en`` (abbreviations: MS is mitral stenosis and
    multiple sclerosis); a Persian name leads to one term. ``codes`` are those it is coded by where nothing more is
    known, the commonest first.
    """

    fa: str
    en: str
    category: str
    variants_fa: tuple[str, ...] = ()
    variants_en: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        return (self.fa, *self.variants_fa, self.en, *self.variants_en)


@value
class Glossary:
    """All terms, in the committee's order; ``coded_in`` is the system whose codes they name."""

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
    coded_in: str = ""
