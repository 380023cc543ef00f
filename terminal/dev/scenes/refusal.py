"""A refusal with reasons and remedies; it is filed, and the legal department reviews it."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD
from terminal.dev.scenes.law_steps import (
    DepartmentPaper,
    FridaySays,
    ProgressSays,
    Tried,
    TriedAtDesk,
)
from terminal.dev.scenes.parts import FOOD_FORM, LEAVE
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Department,
    Do,
    Expect,
    Fill,
    Find,
    Greet,
    HandIn,
    Handle,
    Pass,
    ReviewRefusal,
    Says,
    Scene,
    Shoot,
    SignIn,
    Step,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

NUMBER = "区审批否〔2026〕4号"
REASON = "经营场所与污染源相邻，不符合食品安全标准规定的距离要求"
BASIS = "《中华人民共和国食品安全法》第三十三条第一款第一项"

_ACCEPTED: tuple[Step, ...] = (
    SignIn(),
    Greet("liu", By.KEYBOARD),
    Find("spjyxk", FOOD),
    Answer("business", "retail"),
    Answer("online", "no"),
    HandIn(("food_application", "business_license", "food_facilities", "food_layout",
            "food_rules")),
    Fill(FOOD_FORM),
    Do("refused", Act.ACCEPT, S.ACCEPTED),
    Expect(
        "refused", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
        until=(Until("decide_by", 5, "accepted_at"),),
        says=(
            Says("acceptance", (
                "齐全、符合法定形式。根据《中华人民共和国行政许可法》第三十二条第一款第五项",
                "最迟{decide_by}（", "作出是否准予行政许可的决定。", "不表示已同意您的申请。",
            )),
        ),
    ),
    *LEAVE,
    Handle("refused", "hand_over", S.ACCEPTED, (("pages", "23"),)),
    Department("refused", "shenpi", "take_over", S.ACCEPTED, (("pages", "23"),)),
    Department("refused", "shenpi", "claim", S.UNDER_REVIEW),
)  # fmt: skip

_REFUSED: tuple[Step, ...] = (
    Pass(working_days=2, at="10:30"),
    # Who may not: the window, the lawyer; and nobody without the reasons.
    Tried("refused", "decide", "case.decision_by_department"),
    TriedAtDesk(
        "refused", "fazhi", "decision", "法制审核人员只作审核",
        (("outcome", "REFUSED"), ("document_number", NUMBER), ("enforcement_number", "X-1")),
    ),
    TriedAtDesk(
        "refused", "shenpi", "decision", "理由",
        (("outcome", "REFUSED"), ("document_number", NUMBER)),
    ),
    Department(
        "refused", "shenpi", "decision", S.DECIDED,
        (("outcome", "REFUSED"), ("document_number", NUMBER), ("reason", REASON),
         ("basis", BASIS)),
    ),
    DepartmentPaper("refused", "shenpi", "case_decided"),
    ProgressSays("refused", ("已决定：不予行政许可", REASON, "由区行政审批局把决定书送达给您")),
    FridaySays("refusals", "refused", (f"不予决定：{REASON}",)),
    FridaySays("undelivered", "refused"),
)  # fmt: skip

_REVIEWED: tuple[Step, ...] = (
    ReviewRefusal(
        "refused", "fazhi", (("upheld", "yes"), ("opinion", "事实清楚，依据准确，程序合法"))
    ),
    FridaySays("refusals", "refused", there=False),
    # A refusal has no result to make; the decision itself is handed over.
    Tried("refused", "make_ready", "case.no_result_of_refusal"),
    Handle("refused", "deliver", S.DELIVERED, signed=True, card="liu"),
    Expect(
        "refused", S.DELIVERED,
        papers=("receipt", "copy_check", "acceptance", "handover_slip", "delivery_receipt"),
        says=(
            Says("delivery_receipt", (
                f"不予行政许可决定书（{NUMBER}）", "刘䶮（本人）", "窗口领取",
            )),
            Says("handover_slip", ("23页",)),
        ),
        fields=(("decision.enforcement_number", "SAMPLE-0101"),),
    ),
    FridaySays("undelivered", "refused", there=False),
    Shoot("refusal-delivered"),
)  # fmt: skip

REFUSAL = Scene(
    "refusal",
    "不予许可与法制复核",
    "A refusal and its legal review",
    (*_ACCEPTED, *_REFUSED, *_REVIEWED),
)
"""Reasons, basis and remedies; filed by itself; the Friday page shows it until it is reviewed."""
