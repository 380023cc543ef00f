"""The end of a visit, and the one rating that belongs to it."""

from __future__ import annotations

import ast
import inspect

import pytest

from terminal.domain import rating as rating_rules
from terminal.domain.catalogue import Fate
from terminal.domain.materials import received
from terminal.domain.records import RatingGiven
from terminal.errors import InvalidInput, RuleRefused
from terminal.protocol import entry as entries
from terminal.services import drafts, ratings
from terminal.services.ratings import RatingsService
from terminal.services.views import Session
from terminal.store import aggregates
from terminal.store.tables.ledger import AggregateRow, EntryRow
from tests.core.hall import CARD, FORM, PLAIN, Hall


def ended(hall: Hall) -> str:
    """A visit with one case that has ended; returns its id."""
    draft = hall.complete(PLAIN)
    hall.ctx.intake.accept(draft, hall.clerk)
    hall.ctx.visits.end(draft.visit_id, hall.clerk)
    return draft.visit_id


def test_a_visit_has_all_its_cases_and_ends_once(hall: Hall) -> None:
    first = hall.complete(PLAIN)
    hall.ctx.intake.accept(first, hall.clerk)
    second = hall.complete(visit_id=first.visit_id)
    hall.ctx.intake.receive(second, hall.clerk)
    assert [c.item_name for c in hall.ctx.visits.cases(first.visit_id)] == [
        PLAIN.name,
        "食品经营许可（新办）",
    ]
    assert hall.kinds().count("visit_opened") == 1
    ending = hall.ctx.visits.end(first.visit_id, hall.clerk)
    assert ending.invitation
    assert ending.item_names == (PLAIN.name, "食品经营许可（新办）")
    count = hall.written()
    assert hall.ctx.visits.end(first.visit_id, hall.clerk) == ending
    assert hall.written() == count


def test_originals_on_the_desk_are_named_with_their_count(hall: Hall) -> None:
    draft = drafts.with_material(hall.draft(PLAIN), received(CARD, count=2))
    draft = drafts.with_material(draft, received(FORM))
    hall.ctx.intake.receive(draft, hall.clerk)
    assert FORM.fate is Fate.ORIGINAL_KEPT
    assert hall.ctx.visits.end(draft.visit_id, hall.clerk).originals == (("居民身份证", 2),)


def test_a_greeting_alone_leaves_nothing_behind(hall: Hall) -> None:
    draft = hall.draft()
    ending = hall.ctx.visits.end(draft.visit_id, hall.clerk)
    assert not ending.invitation
    assert hall.written() == 1


def test_a_forwarded_application_invites_nobody(hall: Hall) -> None:
    draft = hall.complete(PLAIN)
    hall.ctx.intake.accept(draft, hall.clerk)
    assert not hall.ctx.visits.end(draft.visit_id, hall.clerk, invite=False).invitation
    with pytest.raises(RuleRefused) as caught:
        hall.ctx.ratings.rate(draft.visit_id, 5)
    assert caught.value.code == "rating.not_invited"


def test_a_rating_is_kept_as_it_was_given(hall: Hall) -> None:
    visit_id = ended(hall)
    rating_id = hall.ctx.ratings.rate(visit_id, 2, ["213", "214"], " 等了很久 ")
    stored = hall.ctx.ledger.read(lambda db: aggregates.load(db, rating_id))
    assert (stored.grade, stored.reasons, stored.comment) == (2, ("213", "214"), "等了很久")
    assert stored.device.startswith("citizen-screen/")
    assert stored.history[0].actor.kind == "visitor"
    assert hall.kinds()[-2:] == ["rating_given", "invitation_closed"]
    found = hall.ctx.ratings.verify()
    assert (found.holds, found.counted) == (True, 1)


def test_a_visit_is_rated_once(hall: Hall) -> None:
    visit_id = ended(hall)
    hall.ctx.ratings.rate(visit_id, 5)
    count = hall.written()
    with pytest.raises(RuleRefused) as caught:
        hall.ctx.ratings.rate(visit_id, 1)
    assert caught.value.code == "rating.already_given"
    assert hall.written() == count


def test_nobody_rates_before_the_visit_has_ended(hall: Hall) -> None:
    draft = hall.complete(PLAIN)
    hall.ctx.intake.accept(draft, hall.clerk)
    for visit_id in (draft.visit_id, "nobody"):
        with pytest.raises(RuleRefused) as caught:
            hall.ctx.ratings.rate(visit_id, 5)
        assert caught.value.code == "rating.not_invited"


@pytest.mark.parametrize("how", ["skipped", "idle"])
def test_not_rated_is_a_state_and_no_grade(hall: Hall, how: str) -> None:
    visit_id = ended(hall)
    hall.ctx.ratings.close_invitation(visit_id, how)
    hall.ctx.ratings.close_invitation(visit_id, how)
    assert hall.kinds().count("invitation_closed") == 1
    assert "rating_given" not in hall.kinds()
    with pytest.raises(RuleRefused):
        hall.ctx.ratings.rate(visit_id, 5)


@pytest.mark.parametrize(
    ("grade", "reasons", "code"),
    [
        (0, (), "rating.grade_unknown"),
        (6, (), "rating.grade_unknown"),
        (5, ("213",), "rating.reason_unknown"),
        (2, ("213", "213"), "rating.reason_twice"),
    ],
)
def test_what_is_no_rating(hall: Hall, grade: int, reasons: tuple[str, ...], code: str) -> None:
    visit_id = ended(hall)
    with pytest.raises(InvalidInput) as caught:
        hall.ctx.ratings.rate(visit_id, grade, reasons)
    assert caught.value.code == code
    assert "rating_given" not in hall.kinds()


def test_the_form_offers_all_grades_and_chooses_none(hall: Hall) -> None:
    form = hall.ctx.ratings.form()
    assert sorted(form.reasons) == [1, 2, 3, 4, 5]
    assert "default" not in "".join(form.__struct_fields__)


def test_no_way_to_a_rating_takes_a_staff_session() -> None:
    """Nothing that staff does can rate: no function here knows a session."""
    for module in (ratings, rating_rules):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            assert "session" not in inspect.signature(function).parameters, name
    for name, function in inspect.getmembers(RatingsService, inspect.isfunction):
        for parameter in inspect.signature(function).parameters.values():
            assert parameter.name != "session", name
            assert parameter.annotation not in (Session, "Session"), name
    imported = {
        alias.name
        for node in ast.walk(ast.parse(inspect.getsource(ratings)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported.isdisjoint({"Session", "clerk_of", "StaffService", "Actor"})


def test_only_this_service_writes_ratings() -> None:
    import terminal.services as package

    root = next(iter(package.__path__))
    from pathlib import Path

    users = {
        path.stem
        for path in Path(root).rglob("*.py")
        if f"{RatingGiven.__name__}(" in path.read_text(encoding="utf-8")
    }
    assert users == {"ratings"}


def test_an_edited_rating_is_found(hall: Hall) -> None:
    visit_id = ended(hall)
    hall.ctx.ratings.rate(visit_id, 1, ["115"])
    assert hall.ctx.ratings.verify().holds

    def brighten(db: object) -> None:
        query = EntryRow.select(EntryRow.id, EntryRow.payload).where(
            EntryRow.kind == "rating_given"
        )
        [(row, payload)] = list(query.tuples().execute(db))
        better = bytes(payload).replace(b'"grade":1', b'"grade":5')
        assert better != bytes(payload)
        EntryRow.update(payload=better).where(EntryRow.id == row).execute(db)

    hall.ctx.ledger.write(brighten)
    found = hall.ctx.ratings.verify()
    assert found.code == "journal.hash_differs"
    assert found.bad_seq == hall.kinds().index("rating_given") + 1


def test_a_rating_taken_out_of_the_journal_is_found(hall: Hall) -> None:
    hall.ctx.ratings.rate(ended(hall), 1)
    hall.ctx.ledger.write(
        lambda db: EntryRow.delete().where(EntryRow.kind == "rating_given").execute(db)
    )
    assert hall.ctx.ratings.verify().code == "journal.order_broken"


def test_ratings_stand_in_the_payload_with_their_salt(hall: Hall) -> None:
    hall.ctx.ratings.rate(ended(hall), 4)

    def read(db: object) -> bytes:
        query = EntryRow.select(EntryRow.header, EntryRow.payload, EntryRow.hash).where(
            EntryRow.kind == "rating_given"
        )
        [(header, payload, digest)] = list(query.tuples().execute(db))
        return entries.Entry(bytes(header), bytes(payload), digest)  # type: ignore[return-value]

    entry = hall.ctx.ledger.read(read)
    assert len(entries.decode_payload(entry).salt) == 32  # type: ignore[arg-type]
    count = hall.ctx.ledger.read(
        lambda db: len(list(AggregateRow.select().where(AggregateRow.kind == "rating").execute(db)))
    )
    assert count == 1
