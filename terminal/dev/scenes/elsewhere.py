"""Received for another place: a receipt and a clock of its own, both places and both times."""

from __future__ import annotations

from terminal.dev.scenes.law_steps import Arrived, FridaySays, ProgressSays, Tried
from terminal.dev.scenes.parts import LEAVE, THERE, food_elsewhere
from terminal.dev.scenes.steps import (
    By,
    Expect,
    Greet,
    Handle,
    OpenPage,
    Pass,
    Says,
    Scene,
    Shoot,
    SignIn,
    Step,
    Turn,
    Until,
)
from terminal.domain.case import CaseState

S = CaseState

_RECEIVED: tuple[Step, ...] = (
    SignIn(),
    Greet("kan", By.CARD),
    *food_elsewhere("elsewhere"),
    Shoot("elsewhere-received"),
    Expect(
        "elsewhere", S.RECEIVED, papers=("receipt", "copy_check"),
        # A clock of its own: one working day to pass it on.
        until=(Until("due", 1), Until("respond_by")),
        says=(
            Says("receipt", (
                "代收凭证", f"受理机关：{THERE}",
                f"本窗口代{THERE}接收，最迟{{due}}（",
                f"，含当日）转交；补正和受理期限自{THERE}收到之日起计算，收到后将告知您。",
            ), never=("即为受理", "作出是否受理的处理")),
        ),
    ),
    *LEAVE,
    # Nobody accepts for an organ that has received nothing.
    Tried("elsewhere", "accept", "act.another_place_accepts"),
    Tried("elsewhere", "correct", "act.another_place_accepts"),
    ProgressSays("elsewhere", (f"已代收，待转交{THERE}", "代收：")),
    FridaySays("due", "elsewhere", ("转交",)),
)  # fmt: skip

_PASSED_ON: tuple[Step, ...] = (
    OpenPage("cases"),
    Turn("to_forward"),
    Shoot("elsewhere-to-forward"),
    Handle(
        "elsewhere", "forward", S.RECEIVED, (("way", "post"), ("number", "EX987654321CN"))
    ),
    Expect(
        "elsewhere", S.RECEIVED, papers=("receipt", "copy_check", "courier_slip"),
        says=(
            Says("courier_slip", (
                "下列材料由本窗口代收，现邮寄转交受理机关：", THERE, "EX987654321CN",
                "食品经营许可申请书", "营业执照（复印件）", "电话 12345",
            )),
        ),
        fields=(("due", ""), ("respond_by", "")),
    ),
    ProgressSays("elsewhere", (f"已代收，等{THERE}收到", f"转交{THERE}：")),
)  # fmt: skip

_ARRIVED: tuple[Step, ...] = (
    Pass(working_days=2, at="11:00"),
    Arrived("elsewhere", "09:40"),
    Expect(
        "elsewhere", S.RECEIVED, papers=("receipt", "copy_check", "courier_slip"),
        # The competent organ's own receipt is day 0 of its five working days.
        until=(Until("respond_by", 5, "arrived_at"),),
    ),
    ProgressSays(
        "elsewhere",
        ("代收：", f"转交{THERE}：", f"{THERE}收到：", "办理期限从这时起计算"),
    ),
    Tried("elsewhere", "accept", "act.another_place_accepts"),
    # It is that organ's now: here it ends with the word that it has arrived.
    Handle(
        "elsewhere", "close", S.CLOSED,
        (("reason", f"{THERE}已收到材料，由其受理办理（对方收件号 1621-0007）"),),
    ),
    Expect(
        "elsewhere", S.CLOSED,
        life=("case_received", "case_forwarded", "forward_arrived", "case_closed"),
    ),
    ProgressSays("elsewhere", ("由其受理办理",)),
)  # fmt: skip

ELSEWHERE = Scene(
    "elsewhere",
    "异地代收转办",
    "Received for another place",
    (*_RECEIVED, *_PASSED_ON, *_ARRIVED),
)
"""Acceptance runs from the competent organ's own receipt; both places and times are kept."""
