"""Received for another place and answered by the organ there, at its own desk."""

from __future__ import annotations

from terminal.dev.scenes.law_steps import DepartmentPaper, ProgressSays, Tried, TriedAtDesk
from terminal.dev.scenes.parts import LEAVE, THERE, food_elsewhere
from terminal.dev.scenes.steps import (
    By,
    Department,
    Expect,
    Greet,
    Handle,
    Pass,
    Says,
    Scene,
    SignIn,
    Step,
    Until,
)
from terminal.domain.case import CaseState

S = CaseState

_SENT: tuple[Step, ...] = (
    SignIn(),
    Greet("kan", By.CARD),
    *food_elsewhere("there"),
    *LEAVE,
    Handle("there", "forward", S.RECEIVED, (("way", "post"), ("number", "EX987654322CN"))),
    # Nothing has come there yet, and the item's own organ here is not the one that answers.
    TriedAtDesk("there", "yuechi", "accept", "尚未登记受理机关收到"),
    TriedAtDesk("there", "shenpi", "accept", "没有找到"),
)

_ANSWERED: tuple[Step, ...] = (
    Pass(working_days=2, at="11:00"),
    Department("there", "yuechi", "arrival", S.RECEIVED, (("time", "09:40"),)),
    Expect("there", S.RECEIVED, until=(Until("respond_by", 5, "arrived_at"),)),
    Tried("there", "accept", "act.another_place_accepts"),
    Pass(working_days=1, at="10:00"),
    Department("there", "yuechi", "accept", S.ACCEPTED),
    Expect(
        "there", S.ACCEPTED,
        until=(Until("decide_by", 5, "accepted_at"),),
        says=(
            Says(
                "acceptance", ("受理通知书", THERE, "最迟{decide_by}（"),
                never=("区行政审批局",),
            ),
        ),
    ),
    ProgressSays("there", (f"{THERE}收到：", "已受理")),
)  # fmt: skip

_DECIDED: tuple[Step, ...] = (
    Department("there", "yuechi", "claim", S.UNDER_REVIEW),
    Department("there", "yuechi", "decision", S.DECIDED, (
        ("outcome", "GRANTED"), ("document_number", "岳池审批准〔2026〕3号"),
    )),
    DepartmentPaper("there", "yuechi", "case_decided"),
    Department("there", "yuechi", "ready", S.RESULT_READY, (
        ("thing_name_0", "食品经营许可证"), ("thing_number_0", "JY15116210000001"),
    )),
    # The licence comes back to where the papers were taken in.
    Handle("there", "deliver", S.DELIVERED, card="kan", signed=True),
    Handle("there", "close", S.CLOSED),
    Expect(
        "there", S.CLOSED,
        life=("case_received", "case_forwarded", "forward_arrived", "case_accepted",
              "case_claimed", "case_decided", "result_ready", "case_delivered", "case_closed"),
    ),
)  # fmt: skip

ANSWERED_ELSEWHERE = Scene(
    "answered-elsewhere",
    "异地代收，由当地机关受理和决定",
    "Received for another place, accepted and decided by the organ there",
    (*_SENT, *_ANSWERED, *_DECIDED),
)
"""期限从受理机关收到之日起算；受理、决定文书以当地机关名义出具。"""
