"""Accepted by silence: five working days pass without a word (行政许可法 art. 32(1)(4))."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD
from terminal.dev.scenes.law_steps import FridaySays, ProgressSays, ScreenSays, Tried
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Do,
    Expect,
    Find,
    Greet,
    HandIn,
    OpenPage,
    Pass,
    Resume,
    Says,
    Scene,
    Shoot,
    SignIn,
    Step,
    Turn,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

_RECEIVED: tuple[Step, ...] = (
    SignIn(),
    Greet("liu", By.KEYBOARD),
    Find("spjyxk", FOOD),
    Answer("business", "catering"),
    Answer("online", "no"),
    HandIn(("food_application", "business_license")),
    Do("silent", Act.RECEIVE, S.RECEIVED),
    Expect(
        "silent", S.RECEIVED, papers=("receipt", "copy_check"), until=(Until("respond_by", 5),),
        says=(
            Says("receipt", (
                "收到上列材料。最迟{respond_by}（",
                "含当日）作出是否受理的处理；需要补正的，一次性告知全部内容。逾期未告知补正的，自",
                "起即为受理，本凭证即为受理凭证。本凭证不表示已同意您的申请。",
            )),
        ),
    ),
    *LEAVE,
    ProgressSays("silent", ("已收件", "答复是否受理"), ("即为受理",)),
)  # fmt: skip

_TIME_PASSES: tuple[Step, ...] = (
    # One working day is left: no silence without an alarm before it.
    Pass(working_days=4, at="09:30"),
    OpenPage("cases"),
    Turn("due_soon"),
    Shoot("silence-alarm"),
    OpenPage("work"),
    FridaySays("due", "silent", ("答复是否受理",)),
    # The last day is still in time.
    Pass(working_days=1, at="16:30"),
    ProgressSays("silent", ("答复是否受理",), ("即为受理",)),
    FridaySays("deemed", "silent", there=False),
)

_TOO_LATE: tuple[Step, ...] = (
    Pass(working_days=1, at="09:10"),
    ProgressSays(
        "silent",
        ("已过答复期限", "起即为受理，收件凭证即为受理凭证。"),
    ),
    FridaySays("deemed", "silent", ("窗口未在期限内答复；窗口还没有登记受理",)),
    # What lacks cannot be asked for any more, and nothing can be declined.
    Tried("silent", "correct", "act.deemed_accepted"),
    Tried("silent", "decline", "act.deemed_accepted"),
    Resume("silent"),
    ScreenSays(("登记视为受理", "不能再告知补正或不予受理"), ("确认齐全并受理",)),
    Shoot("silence-law"),
    Do("silent", Act.ACCEPT, S.ACCEPTED),
    Expect(
        "silent", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
        life=("case_received", "case_accepted"),
        # From the day of receipt, not from the sixth day.
        until=(Until("decide_by", 5, "received_at"),),
        says=(
            Says("acceptance", (
                "本机关未在规定期限内告知补正。根据《中华人民共和国行政许可法》第三十二条"
                "第一款第四项",
                "起即为受理，最迟{decide_by}（",
                "作出是否准予行政许可的决定。",
                "不表示已同意您的申请。",
            ), never=("齐全、符合法定形式",)),
        ),
        fields=(("deemed", "True"),),
    ),
    *LEAVE,
    ProgressSays(
        "silent",
        ("已依法视为受理", "机关没有在期限内答复，自", "起视为受理，收件凭证即为受理凭证。"),
    ),
    FridaySays("deemed", "silent", ("窗口未在期限内答复",)),
)  # fmt: skip

SILENCE = Scene(
    "silence",
    "逾期未答复：视为受理",
    "Accepted by silence",
    (*_RECEIVED, *_TIME_PASSES, *_TOO_LATE),
)
"""Not told to correct anything within five working days: accepted from the receipt (art. 32)."""
