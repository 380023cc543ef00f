"""One view of every document and regime; people and numbers are invented."""

from __future__ import annotations

from msgspec.structs import replace

from terminal.documents.views import (
    AcceptanceView,
    CompetentOrgan,
    ConditionalView,
    CorrectionView,
    CureClock,
    DeclineView,
    DeferredMaterial,
    Deficiency,
    DocumentHead,
    DocumentView,
    Fate,
    Forwarding,
    Item,
    MaterialLine,
    OfflineNote,
    Party,
    ReceiptView,
    Remedies,
    Signing,
    SpecialProcedure,
    TimeLimit,
    UndertakingView,
    Visitor,
)
from terminal.domain.catalogue import Regime
from terminal.domain.parties import Capacity
from terminal.domain.records import DeclineKind

RECEIPT_NUMBER = "2101-03-261123-KTM-0042-7"
QUERY_URL = (
    "https://fw.example.gov.cn/r/2101-03-261123-KTM-0042-7"
    "?t=Zk3xQ0m9bT1rV8yLwP5uAg&s=" + "hF7dQ2kXn4" * 8 + "Rw3A9g"
)
LICENCE_BASIS = "《中华人民共和国行政许可法》第三十二条第一款第四项"
ACCEPT_BASIS = "《中华人民共和国行政许可法》第三十二条第一款第五项"
ESTATE_BASIS = "《不动产登记暂行条例》第十七条"
MARKET_BASIS = "《中华人民共和国市场主体登记管理条例》第十九条"
GUIDE_BASIS = "《城乡居民基本养老保险经办规程》第十条"

FOOD = Item(
    name="食品经营许可（新办）", code="11210100MB1234567X4000131001000", scenario="餐饮服务"
)
ESTATE = Item(name="国有建设用地使用权及房屋所有权转移登记", scenario="存量房买卖")
COMPANY = Item(name="有限责任公司设立登记")
PENSION = Item(name="城乡居民养老保险待遇申领")

APPLICANT = Party(
    name="王㛃", id_kind="居民身份证", id_number="210211********1234", phone="138****5678"
)
COMPANY_APPLICANT = Party(
    name="沈阳某某餐饮有限公司", id_kind="统一社会信用代码", id_number="912101********AB3X"
)
AGENT = Visitor(
    name="阿卜杜热合曼·麦麦提",
    capacity=Capacity.AGENT,
    id_kind="居民身份证",
    id_number="653101********2345",
    phone="139****0001",
)
MATERIALS = (
    MaterialLine(name="食品经营许可申请书", fate=Fate.ORIGINAL_KEPT, form="原件", filed=True),
    MaterialLine(name="营业执照", fate=Fate.SHARED_DATA, form="电子证照"),
    MaterialLine(
        name="法定代表人身份证明", fate=Fate.ORIGINAL_SEEN_COPY_KEPT, form="复印件", pages=2
    ),
    MaterialLine(name="经营场所租赁合同", fate=Fate.ORIGINAL_SEEN_RETURNED, form="原件"),
    MaterialLine(name="不动产权证书", fate=Fate.ORIGINAL_KEPT, form="原件"),
)
OFFLINE = OfflineNote(look_up_after="2026-11-26", phone="024-12345678")
REMEDIES = Remedies(review_organ="沈阳市和平区人民政府", court="沈阳市和平区人民法院")


def head(suffix: str = "受", *, official: str | None = "沈和市监食受〔2026〕128号") -> DocumentHead:
    """Return the head of a paper of the market supervision office."""
    return DocumentHead(
        organ="沈阳市和平区市场监督管理局",
        number=f"{RECEIPT_NUMBER}-{suffix}",
        official_number=official,
        issued_at="2026-11-23T10:42:31+08:00",
        hall="和平区政务服务中心",
        window="3号综合窗口",
        clerk="刘䶮",
    )


def estate_head(suffix: str = "受") -> DocumentHead:
    """Return the head of a paper of the natural resources office, made offline."""
    return DocumentHead(
        organ="沈阳市自然资源局",
        number=f"{RECEIPT_NUMBER}-{suffix}",
        issued_at="2026-11-23T10:42:31+08:00",
        hall="和平区政务服务中心",
        window="5号综合窗口",
        clerk="刘䶮",
    )


def receipt(**changes: object) -> ReceiptView:
    """Return a receipt for a licence, changed as asked."""
    values: dict[str, object] = {
        "head": head("收", official=None),
        "regime": Regime.LICENSING,
        "receipt_number": RECEIPT_NUMBER,
        "item": FOOD,
        "applicant": APPLICANT,
        "visitor": AGENT,
        "materials": MATERIALS,
        "received_at": "2026-11-23T10:42:31+08:00",
        "reply_due": "2026-11-30",
        "query_url": QUERY_URL,
        "query_code": "7KQ4-M2",
        "entry_hash": "3f9a 71c2",
        "phone": "024-12345678",
    }
    values.update(changes)
    return ReceiptView(**values)  # type: ignore[arg-type]


def notice(**changes: object) -> dict[str, object]:
    """Return the fields that all notices share, changed as asked."""
    values: dict[str, object] = {
        "head": head(),
        "regime": Regime.LICENSING,
        "receipt_number": RECEIPT_NUMBER,
        "case_number": "210102202611230042",
        "item": FOOD,
        "applicant": APPLICANT,
        "submitted_on": "2026-11-23",
        "basis": (LICENCE_BASIS,),
        "phone": "024-12345678",
        "query_url": QUERY_URL,
        "entry_hash": "3f9a 71c2",
    }
    values.update(changes)
    return values


def acceptance(**changes: object) -> AcceptanceView:
    """Return an acceptance notice for a licence, changed as asked."""
    values = notice(
        basis=(ACCEPT_BASIS,),
        accepted_on="2026-11-23",
        decision_due="2026-11-30",
        limit=TimeLimit(days=5),
        statutory_limit=TimeLimit(days=20),
    )
    values.update(changes)
    return AcceptanceView(**values)  # type: ignore[arg-type]


DEFICIENCIES = (
    Deficiency(
        name="经营场所布局和操作流程图",
        standard="原件 1 份，标明面积、出入口、设备位置和操作流程走向",
    ),
    Deficiency(
        name="从业人员健康证明",
        problem="已过有效期",
        standard="复印件每人 1 份，在有效期内；查验原件",
    ),
)


def correction(**changes: object) -> CorrectionView:
    """Return a correction notice for a licence, changed as asked."""
    values = notice(head=head("补"), deficiencies=DEFICIENCIES)
    values.update(changes)
    return CorrectionView(**values)  # type: ignore[arg-type]


def decline(**changes: object) -> DeclineView:
    """Return a non-acceptance notice, changed as asked."""
    values = notice(
        head=head("不"),
        basis=("《中华人民共和国行政许可法》第三十二条第一款第二项",),
        kind=DeclineKind.NOT_COMPETENT,
        competent=CompetentOrgan(
            name="沈阳市市场监督管理局", address="沈阳市浑南区某路 8 号", phone="024-87654321"
        ),
        remedies=REMEDIES,
    )
    values.update(changes)
    return DeclineView(**values)  # type: ignore[arg-type]


DEFERRED = (
    DeferredMaterial(name="从业人员健康证明", standard="复印件每人 1 份，在有效期内"),
    DeferredMaterial(name="食品安全管理制度目录", standard="加盖公章，1 份"),
)


def conditional(**changes: object) -> ConditionalView:
    """Return a conditional acceptance notice, changed as asked."""
    values = notice(
        head=head("容"),
        basis=("《沈阳市政务服务容缺受理办法》第六条",),
        accepted_on="2026-11-23",
        cure_due="2026-11-26",
        deferred=DEFERRED,
        decision_due="2026-11-30",
    )
    values.update(changes)
    return ConditionalView(**values)  # type: ignore[arg-type]


def undertaking(**changes: object) -> UndertakingView:
    """Return an applicant's undertaking, changed as asked."""
    values = notice(
        head=head("诺", official=None),
        basis=("《沈阳市政务服务容缺受理办法》第六条",),
        cure_due="2026-11-26",
        deferred=DEFERRED,
    )
    values.update(changes)
    return UndertakingView(**values)  # type: ignore[arg-type]


def _estate(**changes: object) -> dict[str, object]:
    return {
        "head": estate_head(),
        "regime": Regime.REAL_ESTATE_REGISTRATION,
        "item": ESTATE,
        "basis": (ESTATE_BASIS,),
        "case_number": None,
        "offline": OFFLINE,
        **changes,
    }


def samples() -> dict[str, DocumentView]:
    """Return every document in every regime that it exists in, by a name for its files."""
    market = {
        "regime": Regime.MARKET_ENTITY_REGISTRATION,
        "item": COMPANY,
        "applicant": COMPANY_APPLICANT,
        "visitor": Visitor(name="刘䶮", capacity=Capacity.LEGAL_REPRESENTATIVE),
    }
    other = {"regime": Regime.OTHER_BY_GUIDE, "item": PENSION, "applicant": Party(name="𬱖丽")}
    market_limit = TimeLimit(days=3, basis=MARKET_BASIS)
    other_limit = TimeLimit(days=15, basis=GUIDE_BASIS)
    return {
        "receipt-licensing": receipt(),
        "receipt-licensing-offline": receipt(
            offline=OFFLINE,
            received_at="2026-11-22T10:42:31+08:00",
            reply_due="2026-11-27",
            clock_from="2026-11-23",
            deferred=DEFERRED,
            cure_due="2026-11-26",
        ),
        "receipt-market": receipt(**market, reply_due=None, limit=market_limit),
        "receipt-other": receipt(**other, reply_due=None, limit=other_limit, visitor=None),
        "receipt-other-no-limit": receipt(**other, reply_due=None, visitor=None),
        "receipt-licensing-english": receipt(
            head=replace(head("收", official=None), language="en"), calendar_provisional=True
        ),
        "receipt-forwarding": receipt(
            head=replace(head("收", official=None), organ="和平区政务服务中心"),
            forwarding=Forwarding(organ="大连市市场监督管理局", due="2026-11-24"),
            reply_due=None,
        ),
        "acceptance-licensing": acceptance(visitor=AGENT),
        "acceptance-licensing-deemed": acceptance(
            deemed=True,
            head=replace(head(), issued_at="2026-11-24T09:05:00+08:00"),
            basis=(LICENCE_BASIS,),
            accepted_on="2026-11-16",
            submitted_on="2026-11-16",
            limit=TimeLimit(days=10),
            special_procedures=(SpecialProcedure(name="专家评审", duration="不超过10个工作日"),),
        ),
        "acceptance-estate": acceptance(
            **_estate(decision_due="2026-11-30", statutory_limit=TimeLimit(days=30)),
            materials=MATERIALS[2:],
        ),
        "acceptance-market": acceptance(
            **market, basis=(MARKET_BASIS,), statutory_limit=None, limit=market_limit
        ),
        "acceptance-other": acceptance(
            **other,
            basis=(GUIDE_BASIS,),
            statutory_limit=None,
            limit=other_limit,
            decision_due="2027-01-04",
            calendar_provisional=True,
        ),
        "correction-licensing": correction(visitor=AGENT),
        "correction-estate": correction(
            **_estate(head=estate_head("补")),
            signing=Signing(signed=False, reason="拒绝签字", witness="赵敏"),
        ),
        "correction-market": correction(**market, basis=(MARKET_BASIS,)),
        "correction-other": correction(**other, basis=(GUIDE_BASIS,), repeated=True),
        "decline-not-competent": decline(),
        "decline-no-licence": decline(
            kind=DeclineKind.NO_LICENCE_NEEDED,
            basis=("《中华人民共和国行政许可法》第三十二条第一款第一项",),
            competent=None,
        ),
        "decline-estate": decline(
            **_estate(
                head=estate_head("不"),
                kind=DeclineKind.OTHER,
                competent=None,
                reason="申请人与申请登记的不动产没有权利关系",
                remedies=Remedies(
                    review_organ="沈阳市人民政府",
                    court="沈阳市沈河区人民法院",
                    review_first=True,
                ),
                returned=MATERIALS[2:],
            )
        ),
        "decline-market": decline(
            **market,
            kind=DeclineKind.OTHER,
            basis=(MARKET_BASIS,),
            competent=None,
            reason="申请登记的名称与已登记的名称相同",
        ),
        "decline-other": decline(
            **other,
            kind=DeclineKind.NO_LICENCE_NEEDED,
            basis=(GUIDE_BASIS,),
            competent=None,
            reason="您的待遇已自动核定，按月发放",
        ),
        "conditional-licensing": conditional(),
        "conditional-other": conditional(**other, clock=CureClock.FROM_CURE),
        "undertaking-licensing": undertaking(),
    }
