"""The sum of a registry is put together from its pages only where they are the registry."""

from termserver.api.registry_sums import Sums


def test_pages_from_the_beginning_to_the_end_are_the_registry() -> None:
    sums = Sums()
    sums.shown("r", 10, 0, 4, 100)
    assert sums.whole("r", 10) is None
    sums.shown("r", 10, 4, 10, 11)
    assert sums.whole("r", 10) == 111
    assert sums.whole("r", 11) is None
    assert sums.whole("other", 10) is None


def test_a_load_in_between_makes_what_was_shown_before_it_worthless() -> None:
    sums = Sums()
    sums.shown("r", 10, 0, 4, 100)
    sums.shown("r", 12, 4, 12, 11)
    assert sums.whole("r", 12) is None
    sums.shown("r", 10, 0, 4, 100)  # a page that was long on its way
    assert sums.whole("r", 12) is None
    sums.shown("r", 12, 0, 4, 90)
    assert sums.whole("r", 12) == 101


def test_what_was_read_for_it_is_remembered_until_the_next_load() -> None:
    sums = Sums()
    sums.read("r", 10, 7)
    assert sums.whole("r", 10) == 7
    assert sums.whole("r", 11) is None
