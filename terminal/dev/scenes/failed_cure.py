"""A failed cure: accepted with a material to follow, which does not come in time (容缺)."""

from __future__ import annotations

from terminal.dev.scenes.law_steps import FridaySays, ProgressSays, Tried, TriedAtDesk
from terminal.dev.scenes.parts import LEAVE, food_on_condition
from terminal.dev.scenes.steps import (
    By,
    Department,
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

LAYOUT = "与食品经营相适应的布局和操作流程图"

_CONDITIONAL: tuple[Step, ...] = (
    SignIn(),
    Greet("liu", By.KEYBOARD),
    *food_on_condition("uncured"),
    Expect(
        "uncured", S.ACCEPTED, papers=("receipt", "copy_check", "conditional", "undertaking"),
        # Two working days before the promise of five.
        until=(Until("cure_by", 3), Until("decide_by", 5, "accepted_at")),
        says=(
            Says("conditional", (
                "您的主要材料已齐全，经您自愿选择，先予受理。请最迟{cure_by}（",
                "，含当日）补齐：",
                LAYOUT,
                "补齐前不发放结果；逾期未补齐的，将书面告知您处理结果及救济途径，"
                "您可在材料齐全后重新申请。",
                "补齐材料期间，办理期限照常计算。",
                "本通知书一式两份，申请人和受理机关各持一份。",
            ), never=("视为放弃",)),
            Says("undertaking", ("自愿选择容缺受理，并承诺：", "知悉可以不选择容缺受理")),
        ),
    ),
    *LEAVE,
)  # fmt: skip

_WITHHELD: tuple[Step, ...] = (
    Department("uncured", "shenpi", "claim", S.UNDER_REVIEW),
    # The result is withheld: nothing is granted before the material is there.
    TriedAtDesk(
        "uncured", "shenpi", "decision", "容缺",
        (("outcome", "GRANTED"), ("document_number", "区审批许〔2026〕9号")),
    ),
    # The time that was given on paper is the applicant's.
    Tried("uncured", "fail_cure", "case.cure_still_runs"),
    ProgressSays("uncured", ("补齐以下材料", LAYOUT, "由您补齐容缺材料")),
    Pass(working_days=3, at="16:00"),
    OpenPage("cases"),
    Turn("deferred"),
    Shoot("cure-last-day"),
    OpenPage("work"),
    Tried("uncured", "fail_cure", "case.cure_still_runs"),
)  # fmt: skip

_ENDED: tuple[Step, ...] = (
    Pass(working_days=1, at="10:00"),
    FridaySays("uncured", "uncured", (f"欠：{LAYOUT}",)),
    ProgressSays("uncured", ("已过补齐日期", "书面告知您处理结果及救济途径")),
    Handle("uncured", "cure_failed", S.DECIDED),
    Expect(
        "uncured", S.DECIDED,
        papers=("receipt", "copy_check", "conditional", "undertaking", "cure_failed"),
        says=(
            Says("cure_failed", (
                "容缺逾期处理告知书", "经您自愿选择容缺受理，应最迟{cure_by}（", LAYOUT,
                "本次申请终止办理。",
                "如不服本决定，可以自收到之日起60日内向区人民政府申请行政复议，"
                "也可以自收到之日起6个月内向区人民法院提起行政诉讼。",
                "您可在材料齐全后重新申请。",
            )),
        ),
    ),
    # Filed as a "no", and no longer among what is owed.
    FridaySays("refusals", "uncured", ("容缺未补终止",)),
    FridaySays("uncured", "uncured", there=False),
    Handle("uncured", "deliver", S.DELIVERED, signed=True, card="liu"),
    Handle("uncured", "close", S.CLOSED),
    Expect(
        "uncured", S.CLOSED,
        says=(Says("delivery_receipt", ("容缺逾期处理告知书（{receipt_number}-容终）",)),),
        life=(
            "case_received", "case_accepted", "case_claimed", "cure_failed",
            "case_delivered", "case_closed",
        ),
    ),
)  # fmt: skip

FAILED_CURE = Scene(
    "failed-cure",
    "容缺材料逾期未补",
    "A deferred material does not come",
    (*_CONDITIONAL, *_WITHHELD, *_ENDED),
)
"""The result is withheld; what does not come ends in writing, with remedies, and is filed."""
