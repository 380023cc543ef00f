"""Days that do not go straight on: an interrupted visit, an agent with five, a power cut."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD_RENEWED, RESETTLED
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Answer,
    BeginLate,
    By,
    Do,
    EndVisit,
    EnterLate,
    Expect,
    Fill,
    Find,
    ForAnother,
    Greet,
    HandIn,
    NextApplicant,
    Park,
    Pass,
    PlugIn,
    PowerCut,
    PrintBlanks,
    Rate,
    Says,
    Scene,
    SignIn,
    Skip,
    Step,
    SwitchOn,
    TakeUp,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

INTERRUPTED = Scene(
    "interrupted-visit",
    "办到一半先让一让：暂离、办别人、接着办",
    "An interrupted visit: parked, another served, taken up where it was left",
    (
        SignIn(),
        Greet("liu", By.KEYBOARD, ForAnother("noodles", "LEGAL_REPRESENTATIVE")),
        Find("spjyxkyx", FOOD_RENEWED),
        Answer("conditions_changed", "no"),
        HandIn(("food_application", "food_license")),
        # A paper was left in the car: somebody else is served meanwhile.
        Park(),
        Greet("wang"),
        Find("ydaz", RESETTLED),
        HandIn(("remote_filing_form", "resettlement_proof")),
        Fill((("care_place", "成都市武侯区"), ("filed_from", "2026-12-01"))),
        Do("meanwhile", Act.ACCEPT, S.ACCEPTED),
        EndVisit(),
        Rate(5, ("517",)),
        TakeUp("liu"),
        HandIn(("food_unchanged_statement",)),
        Fill((
            ("license_number", "JY25116020001234"), ("expires_on", "2027-01-31"),
            ("premises_address", "（示例）广安区北辰街道滨江路8号"),
        )),
        Do("interrupted", Act.ACCEPT, S.ACCEPTED),
        EndVisit(),
        Skip(),
        Expect(
            "meanwhile", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
            says=(Says("copy_check", ("经核对与原件一致", "核对人：", "核对时间：")),),
        ),
        Expect(
            "interrupted", S.ACCEPTED, papers=("receipt", "acceptance"),
            until=(Until("decide_by", 5, "accepted_at"),),
            fields=(("applicant.name", "（示例）广安一碗面餐饮店"), ("visitor.name", "刘䶮"),
                    ("capacity", "LEGAL_REPRESENTATIVE")),
            says=(Says("receipt", ("食品经营许可申请书", "食品经营许可证正、副本")),),
        ),
    ),
)  # fmt: skip
"""首问负责：中断是常事，已交的材料、已填的内容一样不丢。"""

_FIVE = ("wang", "liu", "kan", "abdu", "jin")


def _for(applicant: str) -> tuple[Step, ...]:
    """Return the matter of one of the five, up to its acceptance and what must be true of it."""
    return (
        HandIn(("identity_card", "remote_filing_form", "resettlement_proof")),
        Fill((("care_place", "成都市武侯区"), ("filed_from", "2026-12-01"),
              ("address", "（示例）学府路12号"))),
        Do(applicant, Act.ACCEPT, S.ACCEPTED),
    )  # fmt: skip


def _expected(applicant: str) -> Expect:
    return Expect(
        applicant, S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
        fields=(("visitor.name", "张三"), ("capacity", "AGENT"),
                ("power.valid_until", "2027-06-30"), ("power.may_collect", "True")),
        says=(Says("receipt", ("{applicant.name}", "张三")),),
    )  # fmt: skip


AGENT = Scene(
    "agent-with-five",
    "一人代五人：一份委托，五位申请人，五份凭证",
    "An agent with five applicants: one power of attorney, five matters, one visit",
    (
        SignIn(),
        Greet("zhang", By.CARD, ForAnother(
            _FIVE[0], "AGENT", "2027-06-30", "异地安置退休人员备案", ("may_collect",)
        )),
        Find("ydaz", RESETTLED),
        *_for(_FIVE[0]),
        *(step for one in _FIVE[1:] for step in (NextApplicant(one), *_for(one))),
        EndVisit(),
        Rate(4, ("411",)),
        *(_expected(one) for one in _FIVE),
    ),
)  # fmt: skip
"""委托书写明事项、期限和能否代领；每位申请人各有收件号和期限，一次办事只邀请一次评价。"""


def _late(matter: str, blank: int, person: str, written: str) -> tuple[Step, ...]:
    """Return the steps that enter one handwritten receipt."""
    return (
        BeginLate(),
        Greet(person, By.KEYBOARD),
        Find("spjyxkyx", FOOD_RENEWED),
        Answer("conditions_changed", "no"),
        HandIn(("food_application", "food_license")),
        EnterLate(matter, blank, written),
        EndVisit(invited=False),
        Expect(
            matter, S.RECEIVED, papers=("receipt",), until=(Until("respond_by", 5),),
            says=(Says("receipt", (written, "手写凭证：S", "两份凭证为同一次收件")),),
        ),
    )  # fmt: skip


POWER_CUT = Scene(
    "power-cut",
    "停电：手写凭证、来电补录，已存的一件不丢",
    "A power cut: handwritten receipts, entered later; nothing saved is lost",
    (
        SignIn(),
        PrintBlanks(3),
        Greet("wang"),
        Find("ydaz", RESETTLED),
        HandIn(("remote_filing_form", "resettlement_proof")),
        Fill((("care_place", "成都市武侯区"), ("filed_from", "2026-12-01"))),
        Do("before", Act.ACCEPT, S.ACCEPTED),
        *LEAVE,
        # Half a matter is on the desk when the light goes out.
        Greet("abdu", By.KEYBOARD),
        Find("ydaz", RESETTLED),
        HandIn(("identity_card", "remote_filing_form")),
        Pass(at="15:50"),
        PowerCut(),
        Pass(working_days=1, at="09:00"),
        SwitchOn(),
        Expect("before", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance")),
        TakeUp("abdu"),
        HandIn(("resettlement_proof",)),
        Fill((("care_place", "乌鲁木齐市天山区"), ("filed_from", "2026-12-01"),
              ("address", "（示例）吾斯塘博依路21号"))),
        Do("half", Act.ACCEPT, S.ACCEPTED, offline=True),
        *LEAVE,
        # Two came in the dark: their papers are entered with the time that was written on them.
        PlugIn(),
        *_late("first", 0, "liu", "16:10"),
        *_late("second", 1, "jin", "16:35"),
        Expect("half", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
               until=(Until("decide_by", 1, "accepted_at"),)),
    ),
)  # fmt: skip
"""期限自手写凭证载明的时间起算；补录须第二人复核并附扫描件。"""
