"""A concept comes back from its row as it went in."""

from hypothesis import given
from hypothesis import strategies as st

from termserver.content.wide_table import columns_of, reader_of, row_of
from termserver.model.codes import Concept, Designation, Property, Status
from termserver.model.days import ALWAYS, Period
from termserver.model.text import Text

WORDS = st.text(st.sampled_from("aب| ،=0\n"), min_size=1, max_size=8).filter(lambda text: not text.isspace())
PERIODS = st.sampled_from(
    [ALWAYS, Period("2026-01-01", ""), Period("", "2026-03-20"), Period("2025-01-01", "2026-01-01")]
)
CONCEPTS = st.builds(
    Concept,
    code=WORDS,
    display=st.builds(Text, fa=WORDS, en=WORDS),
    parents=st.lists(WORDS, max_size=3).map(tuple),
    status=st.sampled_from(Status),
    period=PERIODS,
    replaced_by=st.lists(WORDS, max_size=2).map(tuple),
    designations=st.lists(
        st.builds(
            Designation, language=st.sampled_from(["fa", "en"]), value=WORDS, use=st.sampled_from(["synonym", "x"])
        ),
        max_size=4,
    ).map(tuple),
    properties=st.lists(
        st.builds(Property, code=st.sampled_from(["p", "q"]), value=WORDS, period=PERIODS), max_size=4
    ).map(tuple),
    source=WORDS,
)


@given(st.lists(CONCEPTS, min_size=1, max_size=4))
def test_a_row_says_the_whole_concept(concepts: list[Concept]) -> None:
    columns = columns_of(concepts)
    read = reader_of(columns)
    for one in concepts:
        back = read(row_of(one, columns))
        key = ("code", "display", "parents", "status", "period", "replaced_by", "source")
        assert [getattr(back, name) for name in key] == [getattr(one, name) for name in key]
        assert sorted(map(repr, back.designations)) == sorted(map(repr, one.designations))
        for code in ("p", "q"):
            assert [p for p in back.properties if p.code == code] == [p for p in one.properties if p.code == code]
