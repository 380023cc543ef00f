"""What the key line says: only what can be done now, and at its right end what comes next."""

from __future__ import annotations

from terminal.domain.parties import Capacity
from terminal.services.views import Act
from terminal.texts import Texts
from ui.widgets.keys import KeyHint
from ui.window.desk import Desk, likely_act
from ui.window.review import KEYS, next_owed, word_of


def work_hints(desk: Desk, texts: Texts) -> tuple[KeyHint, ...]:
    """Return the keys that do something on the work page now."""
    visit = desk.now
    review = visit.review
    found = [("f2", "F2"), ("f3", "F3")]
    if review is not None:
        if review.questions:
            found.append(("f4", "F4"))
        if review.materials and not review.open_questions:
            found.append(("f5", "F5"))
        found.append(("f6", "F6"))
    if review is None and visit.item_code and visit.capacity is not Capacity.SELF:
        found.append(("next", "Shift+F3"))
    if not visit.empty or desk.parked:
        found.append(("f10", "F10"))
    if not visit.empty:
        found.append(("f11", "F11"))
    words = {
        hint: texts("day.hint.next" if hint == "next" else f"window.hint.{hint}")
        for hint, _ in found
    }
    if visit.empty and "f10" in words:
        words["f10"] = texts("window.hint.f10_resume")
    hints = [KeyHint(hint, key, words[hint]) for hint, key in found]
    if review is not None:
        ready = work_end(desk, texts)[1]
        for act, (cap, _, _) in KEYS.items():
            if review.permission(act).allowed and (act is not likely_act(review) or not ready):
                hints.append(KeyHint(act.value, cap, texts(f"window.act_short.{act.value}")))
    return tuple(hints)


def work_end(desk: Desk, texts: Texts) -> tuple[str, bool]:
    """Return what the right end says, and whether it is the one thing to do now."""
    review = desk.now.review
    if review is None:
        return "", False
    act = likely_act(review)
    only_received = (
        not review.item.guide
        or not review.item.authority.may_accept
        or review.draft.forwarding is not None
        or desk.now.late
    )
    ready = review.permission(act).allowed and (
        act in (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY) or (act is Act.RECEIVE and only_received)
    )
    if ready:
        return texts(f"window.act_main.{word_of(act, review)}", key=KEYS[act][0]), True
    return next_owed(review, texts), False
