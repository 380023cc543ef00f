"""A small hall for tests: items of every regime, people who exist nowhere, drafts ready to save."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import cache

import msgspec

from terminal.clock import CHINA_TIME
from terminal.context import Context
from terminal.domain.catalogue import (
    Condition,
    Elsewhere,
    Fate,
    FieldKind,
    FormField,
    Material,
    Option,
    Organ,
    Question,
    Regime,
    ServiceItem,
    TimeLimit,
    Way,
    WindowAuthority,
)
from terminal.domain.identity import check_character
from terminal.domain.materials import received
from terminal.domain.parties import Capacity, IdentitySource, Party, PartyKind
from terminal.services import drafts
from terminal.services.casework.acting import Done
from terminal.services.casework.signing import Withdrawal
from terminal.services.views import IntakeDraft, Role, Session
from terminal.store import staff as accounts
from terminal.store.staff import StoredAccount

MONDAY = dt.datetime(2026, 11, 23, 10, 42, tzinfo=CHINA_TIME)
PASSWORD = "correct-horse-7"
ORGAN = Organ(
    name="区市场监管局",
    phone="0411-12345678",
    reconsideration_organ="区人民政府",
    court="区人民法院",
)


def number_of(body: str) -> str:
    """Return an identity number of a person who does not exist, with its check character."""
    return body + check_character(body)


VISITOR = Party(name="张三", identity_number=number_of("21021119850504123"), phone="13800000000")
OTHER = Party(name="王㛃", identity_number=number_of("21021119900101002"))
COMPANY = Party(
    name="大连一窗示例有限公司",
    kind=PartyKind.ORGANISATION,
    document_kind="",
    credit_code="91210200MA0000000X",
)

CARD = Material("card", "居民身份证", proves_identity=True, fate=Fate.ORIGINAL_SEEN_RETURNED)
FORM = Material("form", "申请表", standard="签名或者盖章")
LEASE = Material(
    "lease", "场所使用证明", deferrable=True, fate=Fate.COPY, standard="在有效期内",
    ways=(Way.PAPER, Way.UPLOAD, Way.COMMITMENT, Way.CERTIFICATE), certificate="不动产权证书",
)  # fmt: skip
KITCHEN = Material("kitchen", "厨房平面图", when=(Condition("kind", ("catering",)),))

LICENCE = ServiceItem(
    code="T-LICENCE",
    name="食品经营许可（新办）",
    department=ORGAN.name,
    guide=True,
    sample=True,
    regime=Regime.LICENSING,
    statutory=TimeLimit(20, basis="《中华人民共和国行政许可法》第四十二条"),
    committed=TimeLimit(5),
    authority=WindowAuthority.ACCEPT_AND_DECLINE,
    organ=ORGAN,
    legal_basis=("《中华人民共和国食品安全法》第三十五条",),
    conditional_acceptance=True,
    questions=(
        Question("kind", "经营方式", (Option("retail", "零售"), Option("catering", "餐饮"))),
    ),
    materials=(CARD, FORM, LEASE, KITCHEN),
    fields=(
        FormField("name", "申请人", filled_from="applicant.name"),
        FormField("area", "经营面积", FieldKind.NUMBER),
    ),
)
PLAIN = msgspec.structs.replace(
    LICENCE,
    code="T-PLAIN",
    name="异地就医备案",
    regime=Regime.OTHER_BY_GUIDE,
    statutory=None,
    committed=TimeLimit(10),
    conditional_acceptance=False,
    questions=(),
    materials=(CARD, FORM),
    fields=(),
    legal_basis=("《中华人民共和国社会保险法》第二十九条",),
)
ESTATE = msgspec.structs.replace(
    PLAIN,
    code="T-ESTATE",
    name="国有建设用地使用权及房屋所有权转移登记",
    regime=Regime.REAL_ESTATE_REGISTRATION,
    committed=TimeLimit(3),
    legal_basis=("《不动产登记暂行条例》第十七条",),
)
COMPANY_SETUP = msgspec.structs.replace(
    PLAIN,
    code="T-COMPANY",
    name="公司设立登记",
    regime=Regime.MARKET_ENTITY_REGISTRATION,
    committed=TimeLimit(1),
    legal_basis=("《中华人民共和国市场主体登记管理条例》第十九条",),
)
RECEIVE_ONLY = msgspec.structs.replace(
    PLAIN, code="T-RECEIVE", name="收件事项", authority=WindowAuthority.RECEIVE_ONLY
)
NO_REMEDIES = msgspec.structs.replace(
    LICENCE, code="T-NOREMEDY", name="没有救济途径的事项", organ=Organ(name="某局")
)
UNGUIDED = ServiceItem(code="T-BARE", name="没有指南的事项", department="区某局")
AT_ONCE = msgspec.structs.replace(
    PLAIN, code="T-AT-ONCE", name="收件即受理的事项", accepted_on_receipt=True
)
FAR_AWAY = msgspec.structs.replace(
    PLAIN,
    code="T-FAR-AWAY",
    name="跨域通办的事项",
    elsewhere=Elsewhere("邻区医疗保障局", "邻区政务服务中心", "0411-7654321"),
)
ITEMS = (
    LICENCE, PLAIN, ESTATE, COMPANY_SETUP, RECEIVE_ONLY, NO_REMEDIES, UNGUIDED, AT_ONCE, FAR_AWAY,
)  # fmt: skip
BY_REGIME = {item.regime: item for item in (LICENCE, PLAIN, ESTATE, COMPANY_SETUP)}


@cache
def password_hash() -> str:
    """Hash the tests' password once: hashing is slow on purpose."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(PASSWORD)


class Hall:
    """A context with a clerk signed in, and short ways to what a clerk does."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.add_account("wang", "王芳", Role.CLERK)
        self.clerk = Session("staff-wang", "王芳", Role.CLERK, 0)

    def add_account(self, login: str, name: str, role: Role) -> None:
        """Add an account with the tests' password."""
        account = StoredAccount(
            f"staff-{login}", login, name, role.value, password_hash(), active=True
        )
        self.ctx.ledger.write(lambda db: accounts.save(db, account))

    def add_supervisor(self) -> None:
        """Add the second person."""
        self.add_account("zhao", "赵敏", Role.SUPERVISOR)

    def draft(
        self, item: ServiceItem = LICENCE, visitor: Party = VISITOR, **more: str
    ) -> IntakeDraft:
        """Open a form and answer what it asks; no material yet."""
        draft = self.ctx.intake.start(visitor, item.code, **more)
        if item.questions:
            draft = drafts.with_answer(draft, "kind", "retail")
        if item.fields:
            draft = drafts.with_field(draft, "area", "120.5")
        return draft

    def complete(
        self, item: ServiceItem = LICENCE, visitor: Party = VISITOR, **more: str
    ) -> IntakeDraft:
        """Open a form with everything that it asks for."""
        return self.with_all(self.draft(item, visitor, **more))

    def with_all(self, draft: IntakeDraft, but: tuple[str, ...] = ()) -> IntakeDraft:
        """Hand in every material but some."""
        for line in self.ctx.intake.review(draft).materials:
            if line.material.id not in but:
                draft = drafts.with_material(draft, received(line.material))
        return draft

    def withdraw(self, case_id: str, strokes: bytes) -> Done:
        """Let the applicant, whose card was read, withdraw a case."""
        applicant = self.ctx.cases.case(case_id).applicant
        withdrawal = Withdrawal(applicant, Capacity.SELF, "不办了", strokes)
        return self.ctx.signing.withdraw(case_id, withdrawal, self.clerk)

    def kinds(self) -> list[str]:
        """The journal's kinds in the order of writing."""
        return [line.kind for line in reversed(self.ctx.journal.lines())]

    def written(self) -> int:
        """How many entries the journal has."""
        return self.ctx.journal.status().written


def from_card(party: Party) -> Party:
    """The same person, read from the card."""
    return msgspec.structs.replace(party, source=IdentitySource.CARD_READER)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until a condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)
