"""Invented people, organisations and accounts; every number is well formed and nobody's.

Birth dates and serial digits are made up; the check characters are computed, so that the
same rules accept them that accept real ones.
"""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.devices.ports import IdCard, Sex
from terminal.domain import credit_code, identity
from terminal.services.views import Role

_ISSUER = "（示例）公安局"
_VALID_FROM = date(2020, 1, 6)
_VALID_TO = date(2040, 1, 6)


class SamplePerson(msgspec.Struct, frozen=True):
    """A person who exists nowhere; `serial` is the three digits before the check character."""

    key: str
    name: str
    division: str
    birth: date
    serial: str
    nation: str
    nation_code: str
    address: str
    phone: str

    @property
    def number(self) -> str:
        """The identity number with its computed check character."""
        body = f"{self.division}{self.birth:%Y%m%d}{self.serial}"
        return body + identity.check_character(body)

    @property
    def sex(self) -> Sex:
        """Sex as the serial says it: odd is male."""
        return "male" if int(self.serial[-1]) % 2 else "female"

    def card(self) -> IdCard:
        """Return the identity card that this person would put on the reader."""
        return IdCard(
            kind="resident",
            name=self.name,
            number=self.number,
            sex=self.sex,
            nation=self.nation,
            nation_code=self.nation_code,
            birth=self.birth,
            address=self.address,
            issuer=_ISSUER,
            valid_from=_VALID_FROM,
            valid_to=_VALID_TO,
        )


class SampleOrganisation(msgspec.Struct, frozen=True):
    """An organisation that exists nowhere."""

    key: str
    name: str
    legal_representative: str
    division: str
    organisation: str
    """The first eight characters of the organisation's code (GB 11714)."""

    @property
    def number(self) -> str:
        """The unified social credit code with both computed check characters."""
        code = self.organisation + credit_code.organisation_check_character(self.organisation)
        body = f"91{self.division}{code}"
        return body + credit_code.check_character(body)


class SampleAccount(msgspec.Struct, frozen=True):
    """An account of the demo; its password is no secret and is shown on the panel."""

    login: str
    name: str
    password: str
    role: Role


PEOPLE: tuple[SamplePerson, ...] = (
    SamplePerson(
        "wang", "王㛃", "511602", date(1952, 3, 14), "008", "汉", "01",
        "（示例）广安区桂花街道学府路12号", "13800000001",
    ),
    SamplePerson(
        "liu", "刘䶮", "511602", date(1987, 10, 2), "117", "汉", "01",
        "（示例）广安区北辰街道滨江路8号", "13800000002",
    ),
    SamplePerson(
        "kan", "𬱖", "511621", date(1994, 6, 30), "225", "汉", "01",
        "（示例）岳池县九龙街道银城北路3号", "13800000003",
    ),
    SamplePerson(
        "abdu", "阿卜杜热合曼·麦麦提", "653101", date(1979, 12, 9), "331", "维吾尔", "05",
        "（示例）喀什市恰萨街道吾斯塘博依路21号", "13800000004",
    ),
    SamplePerson(
        "zhang", "张三", "511602", date(1985, 5, 5), "443", "汉", "01",
        "（示例）广安区中桥街道凯旋路5号", "13800000005",
    ),
    SamplePerson(
        "jin", "金美兰", "222401", date(1990, 8, 17), "564", "朝鲜", "10",
        "（示例）延吉市新兴街道友谊路66号", "13800000006",
    ),
)  # fmt: skip

ORGANISATIONS: tuple[SampleOrganisation, ...] = (
    SampleOrganisation("noodles", "（示例）广安一碗面餐饮店", "刘䶮", "511602", "MADEM0A1"),
    SampleOrganisation("grocer", "（示例）广安邻里便民商店", "王㛃", "511602", "MADEM0A2"),
    SampleOrganisation("workshop", "（示例）广安快修汽车服务部", "张三", "511602", "MADEM0A3"),
    SampleOrganisation("seedlings", "（示例）广安小树苗幼儿园", "张三", "511602", "MADEM0A4"),
)

CLERK = SampleAccount("wangfang", "王芳", "yichuang-demo", Role.CLERK)
SUPERVISOR = SampleAccount("zhaomin", "赵敏", "yichuang-banzhang", Role.SUPERVISOR)
CHIEF = SampleAccount("heping", "何平", "yichuang-shouxi", Role.CHIEF_REPRESENTATIVE)
ACCOUNTS: tuple[SampleAccount, ...] = (CLERK, SUPERVISOR, CHIEF)


class DeskAccount(msgspec.Struct, frozen=True):
    """An account at the hub's desk: it sees the cases of one organ and decides them.

    A `legal` one reviews what the organ refused, and weighty licences before the decision.
    """

    login: str
    name: str
    organ: str
    enforcement_number: str
    password: str
    legal: bool = False


DESK_ACCOUNTS: tuple[DeskAccount, ...] = (
    DeskAccount("yibao", "陈静", "区医疗保障局", "SAMPLE-0601", "yichuang-yibao"),
    DeskAccount("shenpi", "李强", "区行政审批局", "SAMPLE-0101", "yichuang-shenpi"),
    DeskAccount("jiaotong", "马跃", "区交通运输局", "SAMPLE-0201", "yichuang-jiaotong"),
    DeskAccount("zhujian", "高原", "区住房和城乡建设局", "SAMPLE-0401", "yichuang-zhujian"),
    DeskAccount("zhifa", "林青", "区综合行政执法局", "SAMPLE-2001", "yichuang-zhifa"),
    DeskAccount("shuiwu", "钱进", "国家税务总局区税务局", "SAMPLE-0301", "yichuang-shuiwu"),
    DeskAccount("yuechi", "罗敏", "岳池县行政审批局", "SAMPLE-2101", "yichuang-yuechi"),
    DeskAccount("fazhi", "周明", "区行政审批局", "", "yichuang-fazhi", legal=True),
)


def person(key: str) -> SamplePerson:
    """Return a sample person by key; `KeyError` when there is none."""
    found = next((p for p in PEOPLE if p.key == key), None)
    if found is None:
        raise KeyError(key)
    return found


def organisation(key: str) -> SampleOrganisation:
    """Return a sample organisation by key; `KeyError` when there is none."""
    found = next((o for o in ORGANISATIONS if o.key == key), None)
    if found is None:
        raise KeyError(key)
    return found


def account(login: str) -> SampleAccount:
    """Return an account of the hall by its login; `KeyError` when there is none."""
    found = next((a for a in ACCOUNTS if a.login == login), None)
    if found is None:
        raise KeyError(login)
    return found


def desk_account(login: str) -> DeskAccount:
    """Return a desk account by its login; `KeyError` when there is none."""
    found = next((a for a in DESK_ACCOUNTS if a.login == login), None)
    if found is None:
        raise KeyError(login)
    return found
