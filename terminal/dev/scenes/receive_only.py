"""A window that may only receive: the department answers, what lacked comes to the window."""

from __future__ import annotations

from terminal.dev.scenes.items import KINDERGARTEN
from terminal.dev.scenes.law_steps import ProgressSays, Tried
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Department,
    Do,
    Expect,
    Fill,
    Find,
    ForAnother,
    Greet,
    HandIn,
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
from terminal.services.views import Act

S = CaseState

_RECEIVED: tuple[Step, ...] = (
    SignIn(),
    Greet("zhang", stands_for=ForAnother("seedlings", "LEGAL_REPRESENTATIVE")),
    Find("yeysl", KINDERGARTEN),
    HandIn(("kindergarten_application", "school_charter", "legal_representative_identity_card",
            "asset_proof", "premises_proof", "staff_qualification")),
    Fill((
        ("proposed_name", "（示例）小树苗幼儿园"),
        ("premises_address", "（示例）广安区中桥街道凯旋路5号"),
        ("classes", "6"), ("places", "150"),
    )),
    Do("kindergarten", Act.RECEIVE, S.RECEIVED),
    Expect(
        "kindergarten", S.RECEIVED, papers=("receipt", "copy_check"),
        until=(Until("respond_by", 5, "received_at"),),
        says=(Says("receipt", (
            "区行政审批局", "最迟{respond_by}（", "作出是否受理的处理", "即为受理",
        )),),
    ),
    *LEAVE,
    # The window has taken the papers in; the answer is the organ's.
    Tried("kindergarten", "accept", "act.window_only_receives"),
    Tried("kindergarten", "correct", "act.window_only_receives"),
)  # fmt: skip

_TOLD: tuple[Step, ...] = (
    Pass(working_days=2, at="10:00"),
    Department("kindergarten", "shenpi", "correct", S.AWAITING_CORRECTION, (
        ("tick_safety_inspection", "yes"),
        ("tick_staff_qualification", "yes"), ("words_staff_qualification", "缺保育员健康证明"),
    )),
    Expect(
        "kindergarten", S.AWAITING_CORRECTION, fields=(("due", ""),),
        says=(Says("correction", (
            "将需要补正的全部内容一次性告知如下", "场所安全和消防材料", "缺保育员健康证明",
        ), never=("逾期视为放弃",)),),
    ),
)  # fmt: skip

_BROUGHT: tuple[Step, ...] = (
    Pass(working_days=3, at="09:30"),
    OpenPage("cases"),
    Turn("awaiting_correction"),
    Shoot("receive-only-awaiting"),
    Handle("kindergarten", "supplement", S.RECEIVED),
    Expect(
        "kindergarten", S.RECEIVED,
        # The day on which they came is day 0: the organ's five working days begin anew.
        until=(Until("respond_by", 5, "materials_in_at"),),
        says=(Says("supplement", (
            "按补正告知书提交", "场所安全和消防材料", "最迟{respond_by}（",
            "逾期未作处理的", "起即为受理，本凭证即为受理凭证",
        )),),
        fields=(("lacking", "()"),),
    ),
    ProgressSays("kindergarten", ("已补正",)),
)  # fmt: skip

_DECIDED: tuple[Step, ...] = (
    Pass(working_days=1, at="10:00"),
    Department("kindergarten", "shenpi", "accept", S.ACCEPTED),
    Expect(
        "kindergarten", S.ACCEPTED,
        until=(Until("decide_by", since="accepted_at", days=60),),
    ),
    Department("kindergarten", "shenpi", "claim", S.UNDER_REVIEW),
    Pass(working_days=5, at="15:00"),
    Department("kindergarten", "shenpi", "decision", S.DECIDED, (
        ("outcome", "GRANTED"), ("document_number", "广区审批幼〔2026〕1号"),
    )),
    Handle("kindergarten", "ready", S.RESULT_READY, (("number", "XX15116020009001"),)),
    Handle("kindergarten", "deliver", S.DELIVERED, card="zhang", signed=True),
    Handle("kindergarten", "close", S.CLOSED),
    Expect(
        "kindergarten", S.CLOSED,
        life=("case_received", "materials_supplemented", "correction_notified",
              "materials_supplemented", "case_accepted", "case_claimed", "case_decided",
              "result_ready", "case_delivered", "originals_returned", "case_closed"),
    ),
)  # fmt: skip

RECEIVE_ONLY = Scene(
    "receive-only",
    "只收件的窗口：部门告知补正，补正材料交到窗口",
    "A window that may only receive: the department's notice is answered at the window",
    (*_RECEIVED, *_TOLD, *_BROUGHT, *_DECIDED),
)
"""受理权在部门；补正材料在窗口收下即出凭证，答复期限从收下之日重新计算。"""
