"""Lives that end well: decided at the window, collected there."""

from __future__ import annotations

from terminal.dev.scenes.items import ELDER_CARD
from terminal.dev.scenes.steps import (
    Do,
    EndVisit,
    Expect,
    Fill,
    Find,
    Greet,
    HandIn,
    Handle,
    OpenPage,
    Rate,
    Scene,
    SignIn,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

DECIDED_AT_THE_WINDOW = Scene(
    "decided-at-the-window",
    "即办件：受理、决定、出件、送达一次办完",
    "An on-the-spot item: accepted, decided, handed over and closed in one visit",
    (
        SignIn("heping"),
        Greet("wang"),
        Find("lnrydz", ELDER_CARD),
        HandIn(("photo", "elder_card_form")),
        Fill(()),
        Do("card", Act.ACCEPT, S.ACCEPTED),
        Expect("card", S.ACCEPTED, until=(Until("decide_by", 1, "accepted_at"),)),
        Handle(
            "card",
            "decide",
            S.DECIDED,
            (
                ("outcome", "GRANTED"),
                ("number", "老优〔2026〕1号"),
                ("enforcement", "SAMPLE-0701"),
            ),
        ),
        Handle("card", "ready", S.RESULT_READY, (("number", "SC-0001"),)),
        Handle("card", "deliver", S.DELIVERED, card="wang", signed=True),
        Handle("card", "close", S.CLOSED),
        OpenPage("work"),
        EndVisit(),
        Rate(5, ("516",)),
        Expect("card", S.CLOSED, papers=(), life=()),
    ),
)
