"""The common lives that end with a result: four of the eight."""

from __future__ import annotations

from terminal.dev.scenes.items import ELDER_CARD, FOOD, FOOD_RENEWED
from terminal.dev.scenes.parts import FOOD_FORM, LEAVE, food_on_condition
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Department,
    Do,
    EndVisit,
    Expect,
    Fill,
    Find,
    FindFault,
    ForAnother,
    Greet,
    HandIn,
    Handle,
    OpenPage,
    Pass,
    Rate,
    Resume,
    Says,
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
        Handle("card", "decide", S.DECIDED, (
            ("outcome", "GRANTED"), ("enforcement", "SAMPLE-0701"),
        )),
        Handle("card", "ready", S.RESULT_READY, (("number", "SC-0001"),)),
        Handle("card", "deliver", S.DELIVERED, card="wang", signed=True),
        Handle("card", "close", S.CLOSED),
        OpenPage("work"),
        EndVisit(),
        Rate(5, ("516",)),
        Expect(
            "card", S.CLOSED,
            papers=("receipt", "acceptance", "decision_grant", "delivery_receipt",
                    "result_handover"),
            life=("case_received", "case_accepted", "case_decided", "result_ready",
                  "case_delivered", "case_closed"),
            says=(
                Says("receipt", ("本事项自受理之日起", "王㛃"), never=("行政许可法",)),
                Says("decision_grant", ("{receipt_number}-准", "SAMPLE-0701")),
                Says("delivery_receipt", ("王㛃", "四川省老年人优待证")),
            ),
        ),
    ),
)  # fmt: skip
"""首问一次办结：首席事务代表在授权范围内当场决定（即办件）。"""

COLLECTED_AT_THE_WINDOW = Scene(
    "collected-at-the-window",
    "许可延续：受理、交接、审查、决定、窗口领取",
    "A licence renewed: accepted, papers handed over, decided, collected at the window",
    (
        SignIn(),
        Greet("liu", stands_for=ForAnother("noodles", "LEGAL_REPRESENTATIVE")),
        Find("spjyxkyx", FOOD_RENEWED),
        Answer("conditions_changed", "no"),
        HandIn(("food_application", "food_license", "food_unchanged_statement")),
        Fill((
            ("license_number", "JY25116020001234"), ("expires_on", "2027-01-31"),
            ("premises_address", "（示例）广安区北辰街道滨江路8号"),
        )),
        Do("renewal", Act.ACCEPT, S.ACCEPTED),
        *LEAVE,
        Expect(
            "renewal", S.ACCEPTED, papers=("receipt", "acceptance"),
            until=(Until("decide_by", 5, "accepted_at"),),
            says=(
                Says("receipt", ("（示例）广安一碗面餐饮店", "食品经营许可证正、副本",
                                 "逾期未告知补正的", "即为受理", "本凭证不表示已同意您的申请")),
                Says("acceptance", ("《中华人民共和国行政许可法》第三十二条",)),
            ),
        ),
        Handle("renewal", "hand_over", S.ACCEPTED, (("pages", "12"),)),
        Department("renewal", "shenpi", "take_over", S.ACCEPTED, (("pages", "12"),)),
        Department("renewal", "shenpi", "claim", S.UNDER_REVIEW),
        Pass(working_days=2, at="10:00"),
        Department("renewal", "shenpi", "decision", S.DECIDED, (
            ("outcome", "GRANTED"), ("document_number", "广区食许延〔2026〕1号"),
        )),
        Department("renewal", "shenpi", "ready", S.RESULT_READY, (
            ("thing_name_0", "食品经营许可证"), ("thing_number_0", "JY25116020009001"),
            ("thing_count_0", "2"), ("place", "综合出件窗口"),
        )),
        Handle("renewal", "remind", S.RESULT_READY, (("way", "phone"),)),
        Pass(working_days=1, at="10:30"),
        Handle("renewal", "deliver", S.DELIVERED, card="liu", signed=True),
        Handle("renewal", "close", S.CLOSED),
        Expect(
            "renewal", S.CLOSED,
            papers=("receipt", "acceptance", "handover_slip", "originals_returned",
                    "delivery_receipt", "result_handover"),
            life=("case_received", "case_accepted", "materials_handed_over",
                  "materials_taken_over", "case_claimed", "case_decided", "result_ready",
                  "result_reminded", "case_delivered", "originals_returned", "case_closed"),
            until=(Until("deliver_by", 10, "decision.decided_at"),),
            fields=(("papers.pages", "12"), ("decision.document_number", "广区食许延〔2026〕1号"),
                    ("decision.enforcement_number", "SAMPLE-0101")),
            says=(Says("delivery_receipt", ("刘䶮", "JY25116020009001")),),
        ),
    ),
)  # fmt: skip
"""受理之日起算；决定后十个工作日内送达（行政许可法第四十二条、第四十四条）。"""

CORRECTED_AND_SENT = Scene(
    "corrected-and-sent",
    "一次告知补正、补齐后受理、快递送达",
    "A correction notice cured in one go, accepted, the licence sent by courier",
    (
        SignIn(),
        Greet("liu", By.KEYBOARD),
        Find("spjyxk", FOOD),
        Answer("business", "retail"),
        Answer("online", "no"),
        HandIn(("food_application", "business_license", "food_facilities")),
        FindFault("food_layout", "布局图未标明加工区"),
        Do("licence", Act.NOTIFY_CORRECTION, S.AWAITING_CORRECTION),
        *LEAVE,
        Expect(
            "licence", S.AWAITING_CORRECTION, papers=("receipt", "copy_check", "correction"),
            says=(Says("correction", (
                "不齐全或不符合法定形式", "将需要补正的全部内容一次性告知如下",
                "布局图未标明加工区", "食品安全规章制度清单", "以上为全部补正内容",
            ), never=("逾期视为放弃",)),),
        ),
        Pass(working_days=3, at="09:30"),
        Resume("licence"),
        HandIn(("food_layout", "food_rules")),
        Fill(FOOD_FORM),
        Do("licence", Act.ACCEPT, S.ACCEPTED),
        Expect("licence", S.ACCEPTED, until=(Until("decide_by", 5, "accepted_at"),)),
        Handle("licence", "agree", S.ACCEPTED, (
            ("way", "COURIER"), ("recipient", "刘䶮"),
            ("address", "（示例）广安区北辰街道滨江路8号"), ("phone", "13800000002"),
        ), signed=True),
        OpenPage("work"),
        *LEAVE,
        Pass(working_days=4, at="15:00"),
        Department("licence", "shenpi", "claim", S.UNDER_REVIEW),
        Department("licence", "shenpi", "decision", S.DECIDED, (
            ("outcome", "GRANTED"), ("document_number", "广区食许〔2026〕2号"),
        )),
        Handle("licence", "ready", S.RESULT_READY, (("number", "JY15116020009002"),)),
        Handle("licence", "send", S.RESULT_READY, (
            ("company", "（示例）邮政速递"), ("number", "EX0000000001"),
        )),
        Pass(days=3, at="16:00"),
        Handle("licence", "received", S.DELIVERED, (("trace", "本人签收"),)),
        Handle("licence", "close", S.CLOSED),
        Expect(
            "licence", S.CLOSED,
            papers=("receipt", "copy_check", "correction", "supplement", "acceptance",
                    "delivery_address", "courier_slip", "delivery_receipt"),
            life=("case_received", "correction_notified", "materials_supplemented",
                  "case_accepted", "delivery_agreed", "case_claimed", "case_decided",
                  "result_ready", "courier_sent", "case_delivered", "case_closed"),
            says=(
                Says("delivery_address", ("（示例）广安区北辰街道滨江路8号", "13800000002")),
                Says("courier_slip", ("（示例）邮政速递", "EX0000000001")),
                Says("delivery_receipt", ("本人签收",)),
            ),
        ),
    ),
)  # fmt: skip
"""补正一次告知全部内容；补正期间不计（行政许可法第三十二条第一款第四项）。"""

DEFERRED_AND_CURED = Scene(
    "deferred-and-cured",
    "容缺受理：先受理、按期补齐、再出件",
    "Accepted with a paper to come, cured in time, then the result",
    (
        SignIn(),
        Greet("kan", By.SCANNER),
        *food_on_condition("gap"),
        *LEAVE,
        Expect(
            "gap", S.ACCEPTED, papers=("receipt", "copy_check", "conditional", "undertaking"),
            # Two working days before the promise of five.
            until=(Until("cure_by", 3, "accepted_at"), Until("decide_by", 5, "accepted_at")),
            says=(Says("conditional", (
                "经您自愿选择，先予受理", "与食品经营相适应的布局和操作流程图", "补齐前不发放结果",
            )),),
        ),
        Pass(working_days=2, at="11:00"),
        Handle("gap", "bring", S.ACCEPTED),
        Department("gap", "shenpi", "decision", S.DECIDED, (
            ("outcome", "GRANTED"), ("document_number", "广区食许〔2026〕3号"),
        )),
        Handle("gap", "ready", S.RESULT_READY, (("number", "JY15116020009003"),)),
        Handle("gap", "deliver", S.DELIVERED, card="kan", signed=True),
        Handle("gap", "close", S.CLOSED),
        Expect(
            "gap", S.CLOSED,
            papers=("receipt", "copy_check", "conditional", "undertaking", "supplement",
                    "delivery_receipt", "result_handover"),
            life=("case_received", "case_accepted", "materials_supplemented", "case_decided",
                  "result_ready", "case_delivered", "case_closed"),
            fields=(("deferred", "()"),),
        ),
    ),
)  # fmt: skip
"""主要材料齐全、申请人自愿、书面承诺；补齐前不发放结果。"""
