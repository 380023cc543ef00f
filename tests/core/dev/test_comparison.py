"""Comparing both sides: what is lost, doubled or without effect is named."""

from __future__ import annotations

from terminal.dev.comparison import HubSide, compare

HERE = (("r1", "h1"), ("r2", "h2"), ("r3", "h3"))
WHOLE = HubSide(
    entries=3,
    ours=HERE,
    effects=(("r1", "applied"), ("r2", "applied"), ("r3", "applied")),
    cases=(("C-1", "N-1"), ("C-2", "N-2"), ("", "N-3"), ("", "N-4")),
    ratings=0,
    forks=0,
)


def _hub(**changed: object) -> HubSide:
    return HubSide(**{name: getattr(WHOLE, name) for name in WHOLE.__struct_fields__} | changed)


def test_the_same_on_both_sides_holds() -> None:
    found = compare(HERE, WHOLE)
    assert found.holds
    assert (found.written, found.arrived) == (3, 3)


def test_a_record_that_did_not_arrive_is_lost() -> None:
    found = compare(HERE, _hub(ours=HERE[:2]))
    assert found.lost == ("r3",)
    assert not found.holds


def test_other_bytes_under_the_same_id_are_no_arrival() -> None:
    found = compare(HERE, _hub(ours=(*HERE[:2], ("r3", "other"))))
    assert found.lost == ("r3",)


def test_two_entries_of_one_record_are_doubled() -> None:
    found = compare(HERE, _hub(ours=(*HERE, ("r2", "again"))))
    assert found.doubled == ("r2",)


def test_a_number_given_to_two_cases_is_doubled() -> None:
    assert compare(HERE, _hub(cases=(("C-1", "N-1"), ("C-1", "N-2")))).doubled == ("C-1",)
    assert compare(HERE, _hub(cases=(("C-1", "N-1"), ("C-2", "N-1")))).doubled == ("N-1",)


def test_a_fork_is_doubled() -> None:
    assert compare(HERE, _hub(forks=1)).doubled == ("fork",)


def test_what_took_no_effect_is_named() -> None:
    found = compare(HERE, _hub(effects=(("r1", "applied"), ("r2", "refused"))))
    assert found.unsettled == (("r2", "refused"), ("r3", "unjudged"))
    assert not found.holds
