"""The other four of the eight: on a commitment, not accepted, withdrawn, refused."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD, PUBLICATIONS, RESETTLED
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Decline,
    Department,
    Do,
    Expect,
    Fill,
    Find,
    ForAnother,
    Greet,
    HandIn,
    Handle,
    How,
    OpenPage,
    Pass,
    Says,
    Scene,
    SignIn,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

ON_A_COMMITMENT = Scene(
    "on-a-commitment",
    "告知承诺：以承诺代替证明，事后核查",
    "On a written commitment in place of a proof, checked afterwards",
    (
        SignIn(),
        Greet("wang"),
        Find("ydaz", RESETTLED),
        HandIn(("remote_filing_form",)),
        HandIn(("resettlement_proof",), How.COMMITMENT),
        Fill((("care_place", "成都市武侯区"), ("filed_from", "2026-12-01"))),
        Do("filing", Act.ACCEPT, S.ACCEPTED),
        *LEAVE,
        Expect(
            "filing", S.ACCEPTED, papers=("receipt", "acceptance", "commitment"),
            until=(Until("decide_by", 1, "accepted_at"),),
            says=(Says("commitment", (
                "自愿以书面承诺代替提交", "异地安置认定材料", "承诺不实的", "我知道也可以不作承诺",
            )),),
        ),
        Department("filing", "yibao", "decision", S.DECIDED, (
            ("outcome", "GRANTED"), ("document_number", "医保备〔2026〕2号"),
        )),
        Handle("filing", "ready", S.RESULT_READY),
        Handle("filing", "deliver", S.DELIVERED, card="wang", signed=True),
        Handle("filing", "close", S.CLOSED),
        Pass(working_days=5, at="10:00"),
        Department("filing", "yibao", "check", S.CLOSED, (
            ("holds", "yes"), ("finding", "经数据比对，居住情况属实"),
        )),
        Expect(
            "filing", S.CLOSED,
            papers=("receipt", "acceptance", "commitment", "delivery_receipt",
                    "result_handover"),
            life=("case_received", "case_accepted", "case_decided", "result_ready",
                  "case_delivered", "case_closed", "commitment_checked"),
            fields=(("unchecked_commitments", "()"),),
        ),
    ),
)  # fmt: skip
"""自愿选择、可改交证明；事中事后核查（国办发〔2020〕42号）。"""

NOT_ACCEPTED = Scene(
    "not-accepted",
    "不予受理：第二人确认、告知去处、拒绝签收",
    "Not accepted: confirmed by a second person, told where to go, the paper not signed for",
    (
        SignIn(),
        Greet("kan"),
        Find("spjyxk", FOOD),
        Answer("business", "canteen"),
        Answer("online", "no"),
        Decline(
            "elsewhere", "NOT_COMPETENT", "申请的经营场所位于岳池县，不属于本机关管辖",
            "《中华人民共和国行政许可法》第三十二条第一款第二项",
            ("岳池县行政审批局", "（示例）岳池县政务服务中心2楼", "（示例）0000-1234599"),
        ),
        Handle("elsewhere", "sign", S.NOT_ACCEPTED, (
            ("how", "none"), ("reason", "refused"), ("witness", "赵敏"),
        )),
        OpenPage("work"),
        *LEAVE,
        Expect(
            "elsewhere", S.NOT_ACCEPTED, papers=("decline",),
            life=("case_received", "case_declined"),
            says=(Says("decline", (
                "不属于本机关职权范围", "岳池县行政审批局", "（示例）岳池县政务服务中心2楼",
                "决定不予受理", "60日内", "6个月内", "人民法院",
            )),),
        ),
    ),
)  # fmt: skip
"""不属本机关职权：即时决定不予受理并告知向何机关申请；拒签不妨碍送达（第三十二条）。"""

WITHDRAWN = Scene(
    "withdrawn",
    "申请人撤回：本人在自己的屏幕上签名",
    "Withdrawn by the applicant's own signature on the own screen",
    (
        SignIn(),
        Greet("abdu", By.KEYBOARD),
        Find("ydaz", RESETTLED),
        HandIn(("identity_card", "remote_filing_form", "resettlement_proof")),
        Fill((("care_place", "乌鲁木齐市天山区"), ("filed_from", "2026-12-01"),
              ("address", "（示例）吾斯塘博依路21号"))),
        Do("changed_mind", Act.ACCEPT, S.ACCEPTED),
        Handle("changed_mind", "withdraw", S.WITHDRAWN, (("reason", "改在异地直接办理"),),
               signed=True, card="abdu"),
        OpenPage("work"),
        *LEAVE,
        Expect(
            "changed_mind", S.WITHDRAWN,
            papers=("receipt", "copy_check", "acceptance", "withdrawal"),
            life=("case_received", "case_accepted", "case_withdrawn"),
            says=(Says("withdrawal", ("阿卜杜热合曼·麦麦提", "改在异地直接办理")),),
        ),
    ),
)  # fmt: skip
"""决定前可以撤回，只凭申请人本人的行为；工作人员不能代为撤回（没有“退件”）。"""

REFUSED = Scene(
    "refused",
    "不予许可：说明理由、告知救济、书面送达",
    "Refused: with reasons and remedies, handed over in writing",
    (
        SignIn(),
        Greet("liu", stands_for=ForAnother("noodles", "LEGAL_REPRESENTATIVE")),
        Find("cbwls", PUBLICATIONS),
        HandIn(("publication_application", "business_license",
                "legal_representative_identity_card", "premises_proof")),
        Fill((("premises_address", "（示例）广安区北辰街道滨江路8号"),
              ("publication_kind", "图书、报纸、期刊"))),
        Do("books", Act.ACCEPT, S.ACCEPTED),
        *LEAVE,
        Expect("books", S.ACCEPTED, until=(Until("decide_by", 3, "accepted_at"),)),
        Pass(working_days=1, at="14:00"),
        Department("books", "shenpi", "claim", S.UNDER_REVIEW),
        Department("books", "shenpi", "decision", S.DECIDED, (
            ("outcome", "REFUSED"), ("document_number", "广区出不许〔2026〕1号"),
            ("reason", "经营场所用途为住宅，不符合固定经营场所的条件"),
            ("basis", "《出版管理条例》第三十五条"),
        )),
        Handle("books", "deliver", S.DELIVERED, card="liu", signed=True),
        Handle("books", "close", S.CLOSED),
        Expect(
            "books", S.CLOSED, papers=("receipt", "copy_check", "acceptance", "delivery_receipt"),
            life=("case_received", "case_accepted", "case_claimed", "case_decided",
                  "case_delivered", "case_closed"),
            fields=(("decision.outcome", "REFUSED"),
                    ("decision.enforcement_number", "SAMPLE-0101")),
            says=(Says("delivery_receipt", ("广区出不许〔2026〕1号", "刘䶮")),),
        ),
    ),
)  # fmt: skip
"""不予许可须书面说明理由并告知复议、诉讼的权利（行政许可法第三十八条）。"""
