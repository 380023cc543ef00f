"""One matter's receipt: four departments, four clocks, one shared original; names are invented."""

from __future__ import annotations

from msgspec.structs import replace

from terminal.documents.views import Fate, LifeEventReceiptView, MaterialLine, TimeLimit
from terminal.documents.views.life_event import LifeEventItem, SharedOriginal
from terminal.domain.catalogue import Regime
from tests.core.documents.samples import APPLICANT, ESTATE_BASIS, OFFLINE, head

NUMBER = "2101-03-261123-KTM-0047-4"


def life_event_receipt() -> LifeEventReceiptView:
    """Return the receipt of opening a restaurant, made while the platform was out of reach."""
    return LifeEventReceiptView(
        head=replace(head("", official=None), organ="和平区政务服务中心", number=NUMBER),
        receipt_number=NUMBER,
        event="开办餐饮店一件事",
        applicant=APPLICANT,
        items=(
            LifeEventItem(
                name="食品经营许可（新办）", organ="沈阳市和平区市场监督管理局",
                regime=Regime.LICENSING, receipt_number="2101-03-261123-KTM-0043-5",
                state="ACCEPTED", decision_due="2026-11-30", deferred=("布局和流程图",),
                cure_due="2026-11-26",
            ),
            LifeEventItem(
                name="公众聚集场所消防安全检查", organ="沈阳市和平区消防救援大队",
                regime=Regime.LICENSING, receipt_number="2101-03-261123-KTM-0044-3",
                state="RECEIVED", reply_due="2026-11-30",
            ),
            LifeEventItem(
                name="城镇污水排入排水管网备案", organ="沈阳市和平区城市建设局",
                regime=Regime.OTHER_BY_GUIDE, receipt_number="2101-03-261123-KTM-0045-1",
                state="RECEIVED", limit=TimeLimit(days=15, basis="本事项办事指南"),
            ),
            LifeEventItem(
                name="房屋租赁登记备案", organ="沈阳市自然资源局",
                regime=Regime.REAL_ESTATE_REGISTRATION,
                receipt_number="2101-03-261123-KTM-0046-8", state="AWAITING_CORRECTION",
                limit=TimeLimit(days=30, basis=ESTATE_BASIS),
            ),
        ),
        materials=(
            MaterialLine(name="申请表", fate=Fate.ORIGINAL_KEPT, form="原件", filed=True),
            MaterialLine(name="房屋租赁合同", fate=Fate.ORIGINAL_KEPT, form="原件"),
            MaterialLine(name="营业执照", fate=Fate.SHARED_DATA, form="电子证照"),
            MaterialLine(name="消防安全承诺", fate=Fate.COMMITMENT, form="承诺书"),
        ),
        shared=(
            SharedOriginal(
                name="房屋租赁合同", kept_for="房屋租赁登记备案",
                copied_for=("食品经营许可（新办）", "公众聚集场所消防安全检查"),
            ),
        ),
        received_at="2026-11-23T10:42:31+08:00",
        query_url="https://fw.example.gov.cn/r/x",
        offline=OFFLINE,
        entry_hash="3f9a 71c2",
        phone="024-12345678",
    )  # fmt: skip
