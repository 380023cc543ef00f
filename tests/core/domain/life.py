"""Bodies and walks for the tests of a case's whole life."""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.domain.case import Case
from terminal.domain.catalogue import Regime, Way
from terminal.domain.evolve import Evolved, Judgement, evolve
from terminal.domain.parties import Actor, Capacity, MaterialEntry, MaterialStatus, Party
from terminal.domain.records import (
    HUB_ORIGIN,
    Body,
    CaseAccepted,
    CaseArchived,
    CaseClaimed,
    CaseClosed,
    CaseDecided,
    CaseDeclined,
    CaseDelivered,
    CaseExtended,
    CaseForwarded,
    CaseReceived,
    CaseReleased,
    CaseResumed,
    CaseSuspended,
    CaseVoided,
    CaseWithdrawn,
    CommitmentChecked,
    CorrectionItem,
    CorrectionNotified,
    CourierReturned,
    CourierSent,
    CureFailed,
    DeclineKind,
    DeliveryAgreed,
    DeliveryWay,
    ForwardArrived,
    Forwarding,
    LegalReviewed,
    MaterialsHandedOver,
    MaterialsSupplemented,
    MaterialsTakenOver,
    OriginalsReturned,
    Outcome,
    Record,
    ResultReady,
    ResultReminded,
    ResultThing,
    SuspensionGround,
)

NOW = to_milliseconds(dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA_TIME))
DAY = 86_400_000
CLERK = Actor("clerk", "wang", "王芳")
SECOND = Actor("supervisor", "zhao", "赵敏")
OFFICIAL = Actor("department", "zhou", "周强")
LAWYER = Actor("legal", "qian", "钱进")
PERSON = Party("张三")
CARD = MaterialEntry("card", "居民身份证")
FORM = MaterialEntry("form", "申请表")
PLEDGE = MaterialEntry("pledge", "无犯罪记录证明", way=Way.COMMITMENT)
LACKING = msgspec.structs.replace(FORM, status=MaterialStatus.MISSING)
LATER = msgspec.structs.replace(FORM, status=MaterialStatus.DEFERRED)


def changed(body: Body, **fields: object) -> Body:
    return msgspec.structs.replace(body, **fields)


RECEIVED = CaseReceived(
    receipt_number="5116-03-261123-KTM7-0001-7", visit_id="v", item_code="T", item_version="1",
    item_name="事项", organ="某局", regime=Regime.LICENSING, applicant=PERSON, visitor=PERSON,
    capacity=Capacity.SELF, answers={}, materials=(CARD, FORM, PLEDGE), form={}, received_at=NOW,
    respond_by="2026-11-30", respond_by_provisional=False, window="3 号", clerk=CLERK, token="t",
)  # fmt: skip
INCOMPLETE = changed(RECEIVED, materials=(CARD, LACKING))
DEFERRING = changed(RECEIVED, materials=(CARD, LATER))
ELSEWHERE = changed(RECEIVED, forwarding=Forwarding("另市某局", "另市", "2026-11-24"))
ACCEPTED = CaseAccepted(NOW, "2026-12-07", False, ("依据",), CLERK)
CONDITIONAL = changed(ACCEPTED, deferred=("form",), cure_by="2026-12-01", applicant_agreed=True)
NOTIFIED = CorrectionNotified(NOW, (CorrectionItem("form", "申请表", "", ""),), ("依据",), CLERK)
SUPPLEMENT = MaterialsSupplemented((FORM,), {}, NOW, "2026-12-04", CLERK)
DECLINED = CaseDeclined(NOW + 1, DeclineKind.OTHER, "不属于", "依据", "另一机关", CLERK, SECOND)
FORWARDED = CaseForwarded(NOW, "邮寄", CLERK)
ARRIVED = ForwardArrived(NOW + DAY, "2026-12-01", OFFICIAL)
WITHDRAWN = CaseWithdrawn("不办了", NOW, "screen", "d" * 64, "s" * 64)
VOIDED = CaseVoided("录错事项", NOW, CLERK, SECOND, paper_returned=True)
HANDED = MaterialsHandedOver(CLERK, 12, NOW)
TAKEN = MaterialsTakenOver(OFFICIAL, 12, NOW)
CLAIMED = CaseClaimed(OFFICIAL, NOW)
RELEASED = CaseReleased(OFFICIAL, "休假")
SUSPENDED = CaseSuspended(
    SuspensionGround.INSPECTION, "第四十五条", NOW, "2026-12-02", "2026-12-16", "告〔2026〕1号",
    OFFICIAL,
)  # fmt: skip
RESUMED = CaseResumed(NOW + DAY, "2026-12-08", OFFICIAL)
EXTENDED = CaseExtended(
    10, "2026-12-30", "案情复杂", "第四十二条", "局长", "延〔2026〕1号", NOW, OFFICIAL
)
REVIEWED = LegalReviewed(LAWYER, True, "同意", NOW)
GRANTED = CaseDecided(
    Outcome.GRANTED, NOW, "文〔2026〕1号", "", "", OFFICIAL, deliver_by="2026-12-07"
)
REFUSED = changed(GRANTED, outcome=Outcome.REFUSED, reason="不符合", basis="依据")
CURE_FAILED = CureFailed("未补齐", "办事指南", "终〔2026〕1号", NOW + 10 * DAY, CLERK)
CHECKED = CommitmentChecked("pledge", True, "属实", NOW, OFFICIAL)
AGREED = DeliveryAgreed(DeliveryWay.COURIER, False, CLERK, NOW, "张三", "某街 1 号")
READY = ResultReady((ResultThing("许可证", "JY1"),), NOW, OFFICIAL)
REMINDED = ResultReminded("电话", NOW, CLERK)
SENT = CourierSent("邮政", "EX1", NOW, CLERK)
BACK = CourierReturned("无人签收", NOW, CLERK)
DELIVERED = CaseDelivered(
    DeliveryWay.WINDOW, PERSON, "SELF", ("许可证",), NOW, CLERK, identity_checked=True,
    signature="s",
)  # fmt: skip
CLOSED = CaseClosed(NOW, OFFICIAL)
ARCHIVED = CaseArchived(NOW, "A1", OFFICIAL)
RETURNED = OriginalsReturned(("form",), NOW, CLERK)

BODIES: tuple[Body, ...] = (
    RECEIVED, INCOMPLETE, DEFERRING, ELSEWHERE, ACCEPTED, CONDITIONAL, NOTIFIED, SUPPLEMENT,
    DECLINED, FORWARDED, ARRIVED, WITHDRAWN, VOIDED, HANDED, TAKEN, CLAIMED, RELEASED, SUSPENDED,
    RESUMED, EXTENDED, REVIEWED, GRANTED, REFUSED, CURE_FAILED, CHECKED, AGREED, READY, REMINDED,
    SENT, BACK, DELIVERED, CLOSED, changed(CLOSED, reason="申请人去世"), ARCHIVED, RETURNED,
    changed(NOTIFIED, items=(CorrectionItem("card", "身份证", "过期", ""),)),
    changed(NOTIFIED, items=(CorrectionItem("card", "身份证", "过期", ""),), repeat_reason="疏漏"),
)  # fmt: skip


AT_THE_DESK = (
    CaseClaimed, CaseReleased, CaseSuspended, CaseResumed, CaseExtended, LegalReviewed, CaseDecided,
)  # fmt: skip
"""What the department alone writes, on the hub."""


def step(case: Case | None, body: Body, number: int, *, at: int = NOW) -> Judgement:
    """Judge a body on the newest base, from the side that usually writes it."""
    origin = HUB_ORIGIN if isinstance(body, AT_THE_DESK) else "terminal"
    base = case.head if case is not None else ""
    return evolve(case, Record(f"r{number}", "a", base, origin, at, body))


def lived(*bodies: Body) -> Case:
    """The case after these lawful records."""
    case: Case | None = None
    for number, body in enumerate(bodies):
        judged = step(case, body, number)
        assert isinstance(judged, Evolved), (body.kind, judged)
        assert isinstance(judged.aggregate, Case)
        case = judged.aggregate
    assert case is not None
    return case
