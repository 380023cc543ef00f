"""The card of due dates says of a case from another day what holds for that case."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.ui.conftest import Clerk
from ui.widgets.basics import Label
from ui.window.law import LawCard


def lines(clerk: Clerk) -> str:
    """Everything that the card shows now."""
    card = clerk.place.findChild(LawCard)
    assert card is not None
    card.refresh()
    return "\n".join(line.text() for line in card.findChildren(Label) if not line.isHidden())


def test_a_case_of_another_day_is_not_said_to_be_received_today(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    review = clerk.desk.now.review
    assert review is not None
    assert "今日" in lines(clerk)
    earlier = review.law.received_on - timedelta(days=14)
    draft = replace(review.draft, case_id="case")
    law = replace(review.law, received_on=earlier, counted_from=earlier)
    clerk.desk.now.review = replace(review, draft=draft, law=law)
    assert f"{earlier:%m-%d}" in lines(clerk)
    assert "今日 <b>" not in lines(clerk)

    overdue = replace(law, deemed_from=earlier)
    clerk.desk.now.review = replace(review, draft=draft, law=overdue)
    said = lines(clerk)
    assert "起即为受理；不能再告知补正" in said
    assert "一次性告知" not in said
    assert "今日受理的" not in said
