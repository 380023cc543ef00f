"""A case of each regime with the papers of every step of its life, composed as they are made."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.documents.composing import (
    Occasion,
    department,
    desk,
    house,
    intake,
    papers_of_step,
)
from terminal.documents.composing.steps import correction_supplement
from terminal.documents.views import DocumentView, HistoryLine, OpenLine, Payment
from terminal.domain.aggregates import Complaint, ShiftHandover
from terminal.domain.calendar import load_calendar
from terminal.domain.case import Case
from terminal.domain.catalogue import (
    Condition,
    Fate,
    Fee,
    Material,
    Option,
    Organ,
    PaperKind,
    Question,
    Regime,
    ServiceItem,
    TimeLimit,
    Way,
)
from terminal.domain.parties import (
    Actor,
    Capacity,
    Comparison,
    MaterialEntry,
    MaterialStatus,
    Party,
    PartyKind,
    PowerOfAttorney,
)
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseDecided,
    CaseDelivered,
    CaseExtended,
    CaseForwarded,
    CaseReceived,
    CaseSuspended,
    CaseVoided,
    CaseWithdrawn,
    CorrectionItem,
    CorrectionNotified,
    CourierSent,
    CureFailed,
    DeliveryAgreed,
    DeliveryWay,
    Forwarding,
    LateEntry,
    MaterialsHandedOver,
    MaterialsSupplemented,
    MaterialsTakenOver,
    OriginalsReturned,
    Outcome,
    ResultReady,
    ResultThing,
    SuspensionGround,
)
from terminal.texts import Texts
from tests.core.documents.samples import RECEIPT_NUMBER
from tests.core.domain.life import lived

AT = to_milliseconds(dt.datetime(2026, 11, 23, 10, 42, 31, tzinfo=CHINA_TIME))
DAY = 86_400_000
CLERK = Actor("clerk", "liu", "刘䶮", "3号综合窗口")
SECOND = Actor("supervisor", "zhao", "赵敏")
OFFICIAL = Actor("department", "zhou", "周强", "沈阳市和平区市场监督管理局")
CHIEF = Actor("chief", "chief-1", "王芳", "3号综合窗口")
# numbers that are nobody's: division code 999999 does not exist
PERSON = Party("王㛃", identity_number="999999198505041237", phone="13800001234")
COMPANY = Party(
    "沈阳某某餐饮管理有限公司和平分公司",
    PartyKind.ORGANISATION,
    credit_code="91999999MA0000000X",
)
ORGAN = Organ(
    name="沈阳市和平区市场监督管理局",
    address="和平区政务服务中心2楼",
    phone="024-12345678",
    hours="工作日 9:00–12:00，13:30–17:00",
    supervision_phone="12345",
    reconsideration_organ="沈阳市和平区人民政府",
    court="沈阳市和平区人民法院",
)
NAMES = {
    Regime.LICENSING: "食品经营许可（新办）",
    Regime.REAL_ESTATE_REGISTRATION: "国有建设用地使用权及房屋所有权转移登记",
    Regime.MARKET_ENTITY_REGISTRATION: "有限责任公司设立登记",
    Regime.OTHER_BY_GUIDE: "城乡居民养老保险待遇申领",
}
EXTENSION = {
    Regime.LICENSING: "《中华人民共和国行政许可法》第四十二条第一款",
    Regime.MARKET_ENTITY_REGISTRATION: "《中华人民共和国市场主体登记管理条例》第十九条",
}
RESULT = {
    Regime.LICENSING: "食品经营许可证",
    Regime.REAL_ESTATE_REGISTRATION: "不动产权证书",
    Regime.MARKET_ENTITY_REGISTRATION: "营业执照",
    Regime.OTHER_BY_GUIDE: "待遇核定表",
}
DEFERRAL = "《沈阳市政务服务容缺受理办法》第六条"
BASIS = {
    Regime.LICENSING: "《中华人民共和国食品安全法》第三十五条",
    Regime.REAL_ESTATE_REGISTRATION: "《不动产登记暂行条例》第十七条",
    Regime.MARKET_ENTITY_REGISTRATION: "《中华人民共和国市场主体登记管理条例》第十九条",
    Regime.OTHER_BY_GUIDE: "《城乡居民基本养老保险经办规程》第十条",
}
FORM = MaterialEntry("form", "申请书", standard="签名或者盖章", filed=True)
DEED = MaterialEntry("deed", "不动产权证书")
LEASE = MaterialEntry("lease", "经营场所使用证明", standard="在有效期内，载明面积")
COPIED = MaterialEntry(
    "card", "法定代表人身份证明", fate=Fate.ORIGINAL_SEEN_COPY_KEPT, count=2,
    compared=Comparison(CLERK, AT),
)  # fmt: skip
SHARED = replace(COPIED, material_id="licence", name="营业执照副本", fate=Fate.COPY, count=1)
PLEDGE = MaterialEntry(
    "pledge", "从业人员健康状况证明", way=Way.COMMITMENT, standard="从业人员健康状况符合要求"
)
SIGNATURE = "5" * 64


def item(regime: Regime) -> ServiceItem:
    """Return an item of a regime with its whole guide."""
    return ServiceItem(
        code=f"T-{regime.value}",
        name=NAMES[regime],
        department=ORGAN.name,
        version="7f31",
        guide=True,
        regime=regime,
        statutory=TimeLimit(20),
        committed=TimeLimit(5),
        fee=Fee("每证10元", "《某省行政事业性收费目录》第12项"),
        organ=ORGAN,
        legal_basis=(BASIS[regime],),
        conditions="有与经营规模相适应的场所、设备和管理人员。",
        result=RESULT[regime],
        questions=(Question("kind", "经营方式", (Option("catering", "餐饮服务"),)),),
        materials=(
            Material(
                "form", "申请书", standard="签名或者盖章", source="申请人自备", basis=BASIS[regime]
            ),
            Material("deed", "不动产权证书", PaperKind.ORIGINAL_AND_COPY, source="政府部门核发"),
            Material(
                "lease",
                "经营场所使用证明",
                PaperKind.COPY,
                2,
                required=False,
                standard="在有效期内，载明面积",
                source="申请人自备",
                fate=Fate.COPY,
                when=(Condition("kind", ("catering",)),),
            ),
            Material("pledge", "从业人员健康状况证明", basis="《食品安全法》第四十五条"),
        ),
        authority_document="授权委托书〔2026〕3号",
    )


def received(regime: Regime, **changes: object) -> CaseReceived:
    """Return the receipt of a case of a regime."""
    body = CaseReceived(
        receipt_number=RECEIPT_NUMBER, visit_id="v", item_code=f"T-{regime.value}",
        item_version="7f31", item_name=NAMES[regime], organ=ORGAN.name, regime=regime,
        applicant=PERSON, visitor=PERSON, capacity=Capacity.SELF, answers={"kind": "catering"},
        materials=(FORM, DEED, LEASE), form={}, received_at=AT, respond_by="2026-11-30",
        respond_by_provisional=False, window="3号综合窗口", clerk=CLERK, token="t",
    )  # fmt: skip
    return replace(body, **changes)


def occasion(**changes: object) -> Occasion:
    """Return the window at which all of it happens."""
    made = Occasion(
        hall="和平区政务服务中心", window="3号综合窗口", clerk="刘䶮", phone="024-12345678",
        at=AT, calendar=load_calendar(), texts=Texts(), entry_hash="3f9a 71c2",
    )  # fmt: skip
    return replace(made, **changes)


def _accepted(regime: Regime) -> CaseAccepted:
    return CaseAccepted(AT, "2026-11-30", False, (BASIS[regime],), CLERK)


def _paper(regime: Regime, *bodies: Body, at: int = AT) -> tuple[DocumentView, ...]:
    """Return the papers of the last of these steps."""
    return papers_of_step(bodies[-1], lived(*bodies), item(regime), occasion(at=at))


def papers(regime: Regime) -> dict[str, DocumentView]:
    """Return every paper that a case of this regime can meet, by a name for its file."""
    of, basis = item(regime), BASIS[regime]
    took, accepted = received(regime), _accepted(regime)
    missing = replace(LEASE, status=MaterialStatus.MISSING)
    told = CorrectionNotified(
        AT, (CorrectionItem("lease", LEASE.name, "", LEASE.standard),), (basis,), CLERK
    )
    brought = MaterialsSupplemented((FORM, DEED, LEASE), {}, AT + DAY, "2026-12-01", CLERK)
    lacking = received(regime, materials=(FORM, DEED, missing))
    corrected = correction_supplement(lived(lacking, told, brought), of, occasion(at=AT + DAY))
    later = replace(LEASE, status=MaterialStatus.DEFERRED)
    conditionally = received(regime, materials=(FORM, later))
    agreed = replace(accepted, deferred=("lease",), cure_by="2026-11-26", applicant_agreed=True)
    cured = MaterialsSupplemented((LEASE,), {}, AT, "", CLERK)
    early = MaterialsSupplemented((LEASE,), {}, AT, took.respond_by, CLERK)
    failed = CureFailed(
        "未在期限内提交经营场所使用证明", DEFERRAL, "和市监终〔2026〕7号", AT + 5 * DAY, OFFICIAL
    )
    promised = received(
        regime, materials=(FORM, PLEDGE), applicant=COMPANY, capacity=Capacity.AGENT,
        power=PowerOfAttorney(may_commit=True),
    )  # fmt: skip
    suspended = CaseSuspended(
        SuspensionGround.EXPERT_REVIEW, basis, AT, "2026-12-07", "2026-12-14",
        "和市监特〔2026〕2号", OFFICIAL,
    )  # fmt: skip
    granted = CaseDecided(
        Outcome.GRANTED, AT + DAY, "和市监准〔2026〕128号", "", basis, OFFICIAL,
        enforcement_number="ZF-210102-0042", deliver_by="2026-12-08",
    )  # fmt: skip
    refused = replace(
        granted,
        document_number="和市监否〔2026〕9号",
        outcome=Outcome.REFUSED,
        reason="经营场所面积不符合要求。",
        deliver_by="",
    )
    terminated = replace(
        refused,
        document_number="和市监终〔2026〕6号",
        outcome=Outcome.TERMINATED,
        reason="申请人死亡",
    )
    ready = ResultReady(
        (ResultThing("食品经营许可证", "JY12101020042"), ResultThing("副本", count=2)), AT, OFFICIAL
    )
    address = DeliveryAgreed(
        DeliveryWay.COURIER,
        False,
        CLERK,
        AT,
        "王㛃",
        "沈阳市和平区某街1号",
        "13800001234",
        SIGNATURE,
    )
    given = CaseDelivered(
        DeliveryWay.WINDOW, PERSON, "SELF", ("食品经营许可证",), AT + 2 * DAY, CLERK,
        identity_checked=True, not_signed="手部受伤，不能书写", witness=SECOND,
    )  # fmt: skip
    handed = MaterialsHandedOver(CLERK, 12, AT)
    decided = (took, accepted, granted)
    receipt_given, slip = _paper(regime, *decided, ready, given, at=AT + 2 * DAY)
    commitment = intake.commitment(lived(promised), of, occasion())
    copied = received(regime, materials=(FORM, COPIED, SHARED), capacity=Capacity.AGENT)
    copies = desk.copy_check(copied.materials, lived(copied), of, occasion())
    assert copies is not None
    assert corrected is not None
    assert commitment is not None
    found: dict[str, DocumentView] = {
        "supplement-correction": corrected,
        "supplement-added": _paper(regime, lacking, early)[0],
        "supplement-deferred": _paper(regime, conditionally, agreed, cured)[0],
        "copy_check": copies,
        "commitment": commitment,
        "special_procedure": _paper(regime, took, accepted, suspended)[0],
        "decision_grant": _paper(regime, *decided, at=AT + DAY)[0],
        "decision_refuse": _paper(regime, took, accepted, refused, at=AT + DAY)[0],
        "decision_terminate": _paper(regime, took, accepted, terminated, at=AT + DAY)[0],
        "cure_failed": _paper(regime, conditionally, agreed, failed, at=AT + 5 * DAY)[0],
        "payment_notice": department.payment_notice(
            lived(took, accepted), of, occasion(),
            (Payment(name="许可证工本费", amount="10.00元", basis=of.fee.basis),),
            "2026-11-30", ("窗口", "网上"), "10.00元（大写：壹拾元整）",
        ),
        "withdrawal": _paper(
            regime, took, CaseWithdrawn("店铺不再开办", AT + DAY, "screen", "d" * 64, SIGNATURE)
        )[0],
        "void_note": _paper(regime, took, CaseVoided("录错事项", AT, CLERK, SECOND, False))[0],
        "originals_returned": _paper(
            regime, took, OriginalsReturned(("deed",), AT, CLERK, "王㛃")
        )[0],
        "handover_slip": _paper(
            regime, took, accepted, handed, MaterialsTakenOver(OFFICIAL, 11, AT + DAY, "缺封底")
        )[0],
        "delivery_address": _paper(regime, *decided, address)[0],
        "courier_slip": _paper(
            regime, *decided, ready, address, CourierSent("邮政速递", "EX123456789CN", AT, CLERK)
        )[0],
        "delivery_receipt": receipt_given,
        "result_handover": slip,
        "one_time_notice": house.one_time_notice(of, {"kind": "catering"}, occasion()),
    }  # fmt: skip
    if regime in (Regime.LICENSING, Regime.MARKET_ENTITY_REGISTRATION):
        extended = CaseExtended(
            3, "2026-12-03", "需要核实场所权属。", EXTENSION[regime], "局长李正",
            "和市监延〔2026〕5号", AT, OFFICIAL,
        )  # fmt: skip
        found["extension"] = _paper(regime, took, accepted, extended)[0]
    return found


def sheets() -> dict[str, DocumentView]:
    """Return the papers that belong to no regime."""
    regime = Regime.LICENSING
    elsewhere = received(
        regime,
        forwarding=Forwarding(
            "大连市市场监督管理局", "大连市某区某路8号", "2026-11-24", "0411-12345678"
        ),
    )
    late = received(regime, late_entry=LateEntry("S5116-01-261123-KTM7-0003-5", AT, SECOND))
    sent = CaseForwarded(AT, "邮政速递", CLERK, "EX987654321CN")
    case: Case = lived(received(regime), _accepted(regime))
    handover = ShiftHandover(
        "h", "r", "3号综合窗口", CLERK, SECOND, AT + DAY // 4,
        {"open_visits": 0, "parked_visits": 1, "kept_originals": 1, "failed_prints": 0,
         "unsent": 3, "to_hand_out": 0, "due_soon": 1},
        {case.case_id: "赵敏"}, "复印机缺粉",
    )  # fmt: skip
    complaint = Complaint(
        "c", "r", f"F{RECEIPT_NUMBER}", "三次来办，每次说的材料都不一样。", "某某窗口", PERSON,
        "3号综合窗口", CLERK, AT, "2026-11-30", hotline_number="1234520261123001",
    )  # fmt: skip
    steps = tuple(
        HistoryLine(
            at=f"2026-11-2{day}T09:05:00+08:00", kind=kind, actor=actor, place=place, papers=kinds
        )
        for day, kind, actor, place, kinds in (
            (3, "case_received", "刘䶮", "3号综合窗口", ("receipt",)),
            (4, "correction_notified", "刘䶮", "3号综合窗口", ("correction",)),
            (5, "materials_handed_over", "刘䶮", "3号综合窗口", ("handover_slip",)),
            (6, "case_extended", "周强", ORGAN.name, ("extension",)),
            (7, "case_withdrawn", "申请人", "", ("withdrawal",)),
        )
    )
    history = house.case_history(case, "刘䶮", steps, occasion())
    return {
        "courier_slip-forwarded": _paper(regime, elsewhere, sent)[0],
        "receipt-late": intake.receipt(lived(late), item(regime), occasion(at=AT + DAY)),
        "receipt-forwarded": intake.receipt(lived(elsewhere), item(regime), occasion()),
        "complaint_slip": house.complaint_slip(complaint, occasion()),
        "shift_handover": house.shift_handover(
            handover, occasion(), (case,),
            (OpenLine(kind="kept_originals", text=f"不动产权证书 {RECEIPT_NUMBER}"),), "2026-11-24",
        ),
        "queue_ticket": house.queue_ticket("A042", "市场监管综合业务", 6, occasion(), "老年人优先"),
        "blank_receipt": house.blank_receipt(f"S{RECEIPT_NUMBER}", occasion()),
        "case_history": history,
    }  # fmt: skip
