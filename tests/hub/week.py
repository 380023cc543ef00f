"""A hall's week in a few cases, one for each list of the Friday page; begun on a Monday."""

from __future__ import annotations

import datetime as dt

import msgspec

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store.people import Account
from terminal.domain.catalogue import Fate, Way
from terminal.domain.parties import MaterialEntry, MaterialStatus, Party
from terminal.domain.records import (
    CaseVoided,
    CaseWithdrawn,
    ComplaintFiled,
    CorrectionItem,
    CorrectionNotified,
    MaterialsHandedOver,
    MaterialsSupplemented,
    Outcome,
    SuspensionGround,
)
from terminal.ids import SystemRandomness
from tests.hub.line import CLERK, Taken, TestTerminal

ORGAN = "区市场监管局"
OFFICIAL = Account("zhou", "周强", ORGAN, "执-0001", False, "")
LAWYER = Account("qian", "钱进", ORGAN, "", False, "", legal=True)
SECOND = msgspec.structs.replace(CLERK, id="lisi", name="李四")
CARD = MaterialEntry("m1", "身份证件", fate=Fate.ORIGINAL_SEEN_RETURNED)
LACKING = MaterialEntry("m2", "平面布局图", status=MaterialStatus.MISSING)
LATER = MaterialEntry("m9", "消防验收意见", status=MaterialStatus.DEFERRED)
PLEDGE = MaterialEntry("m3", "无犯罪记录证明", way=Way.COMMITMENT)
KEPT = MaterialEntry("m4", "不动产权证书", fate=Fate.ORIGINAL_KEPT)
LAW = ("《行政许可法》第三十二条",)


class Week:
    """The cases by what became of them; `live` takes them there."""

    def __init__(self, hub: Hub, terminal: TestTerminal) -> None:
        self.hub = hub
        self.terminal = terminal
        self.desk = DeskActs(hub, OFFICIAL)
        self.cases: dict[str, Taken] = {}

    def live(self) -> None:
        """Write what happens on the Monday."""
        for name in (
            "due", "deemed", "second", "withdrawn", "voided", "past_plan", "undelivered",
            "uncured", "unchecked", "originals", "refused",
        ):  # fmt: skip
            self.cases[name] = getattr(self, f"_{name}")()
        complaint = ComplaintFiled(
            "F5116-0001", "材料交了三次还说不齐", "王芳", Party("李群", phone="13900005678"),
            "3 号综合窗口", SECOND, self.now, "2026-11-27", self.cases["second"].case_id,
        )  # fmt: skip
        self.terminal.append(SystemRandomness().uuid7(), complaint)
        self.terminal.push()
        self._at_the_desk()

    @property
    def now(self) -> int:
        return self.terminal.clock.now().wall

    def _receive(self, item: str, *materials: MaterialEntry, **changes: object) -> Taken:
        return self.terminal.receive(item=item, materials=(CARD, *materials), **changes)

    def _then(self, taken: Taken, body: object) -> Taken:
        head = self.terminal.append(taken.case_id, body, base=taken.head)  # type: ignore[arg-type]
        return msgspec.structs.replace(taken, head=head)

    def _due(self) -> Taken:
        return self._receive("户外广告设置许可")

    def _deemed(self) -> Taken:
        received = self.now - 10 * 86_400_000
        taken = self._receive(
            "食品经营许可（延续）", received_at=received, respond_by="2026-11-20", offline=True
        )
        return self.terminal.accept(
            taken, accepted_at=received, deemed=True, decide_by="2026-12-11"
        )

    def _second(self) -> Taken:
        taken = self._receive("药品经营许可（新办）", LACKING)
        item = CorrectionItem("m2", "平面布局图", "未提交", "A4")
        taken = self._then(taken, CorrectionNotified(self.now, (item,), LAW, CLERK))
        taken = self._then(
            taken, MaterialsSupplemented((LACKING,), {}, self.now, "2026-11-30", CLERK)
        )
        other = CorrectionItem("m7", "房屋租赁合同", "未提交", "复印件")
        return self._then(
            taken, CorrectionNotified(self.now, (other,), LAW, CLERK, "经营场所当日变更")
        )

    def _withdrawn(self) -> Taken:
        taken = self._receive("特种设备使用登记", respond_by="2026-11-24")
        body = CaseWithdrawn("不办了", self.now, "screen", "ab" * 32, "cd" * 32)
        return self._then(taken, body)

    def _voided(self) -> Taken:
        taken = self._receive("个体工商户登记")
        return self._then(taken, CaseVoided("重复录入", self.now, CLERK, SECOND, True))

    def _past_plan(self) -> Taken:
        return self.terminal.accept(self._receive("计量器具型式批准"))

    def _undelivered(self) -> Taken:
        return self.terminal.accept(self._receive("食品经营许可（新办）"))

    def _uncured(self) -> Taken:
        return self.terminal.accept(
            self._receive("公众聚集场所开业检查", LATER),
            deferred=("m9",), cure_by="2026-11-25", applicant_agreed=True,
            decide_by="2026-12-14",
        )  # fmt: skip

    def _unchecked(self) -> Taken:
        taken = self._receive("保安员证核发", PLEDGE, check_by="2026-11-26")
        return self.terminal.accept(taken, decide_by="2026-12-14")

    def _originals(self) -> Taken:
        return self.terminal.accept(self._receive("住所变更", KEPT), decide_by="2026-12-15")

    def _refused(self) -> Taken:
        taken = self.terminal.accept(self._receive("小餐饮备案"))
        return self._then(taken, MaterialsHandedOver(CLERK, 12, self.now))

    def _at_the_desk(self) -> None:
        desk, cases = self.desk, self.cases
        desk.suspend(
            cases["past_plan"].case_id, SuspensionGround.TESTING, "第四十五条",
            dt.date(2026, 11, 25), "告〔2026〕1号", "w1",
        )  # fmt: skip
        desk.decide(
            cases["undelivered"].case_id, outcome=Outcome.GRANTED,
            document_number="文〔2026〕1号", enforcement_number="执-0001", reason="", basis="",
            action_id="w2",
        )  # fmt: skip
        desk.decide(
            cases["refused"].case_id, outcome=Outcome.REFUSED, document_number="文〔2026〕2号",
            enforcement_number="执-0001", reason="场所不符合规定", basis="某条例第三十三条",
            action_id="w3",
        )  # fmt: skip
