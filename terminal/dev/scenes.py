"""Scenes of the hall, described as data: what people do, one step after the other.

A scene knows nothing of widgets; `ui.demo` plays it through the real ones with key presses,
and whoever wants another player writes one for these steps. `matter` names a case of the
scene, `person` and `organisation` are keys of `terminal.dev.people`, `item` is a code.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.domain.case import CaseState
from terminal.services.views import Act

RESETTLED = "512036005001-511602000000-000-11511301MB15537661-1-00"
"""异地安置退休人员备案: three materials, no question, accepted at the window."""

FOOD = "511A0005200004-511602000000-000-115113016823646795-1-00"
"""食品经营许可: two questions, seven materials, may be accepted and declined at the window."""

SHOP = "511A0074300005-511602000000-000-115113016823646795-1-00"
"""个体工商户设立登记: one question, then the materials of one's own rooms."""


class By(StrEnum):
    """How a visitor's identity comes into the machine."""

    CARD = "card"
    KEYBOARD = "keyboard"
    SCANNER = "scanner"


class SignIn(msgspec.Struct, frozen=True, tag=True):
    """The clerk signs in with login and password."""


class Greet(msgspec.Struct, frozen=True, tag=True):
    """A visitor comes to the desk."""

    person: str
    by: By = By.CARD


class Find(msgspec.Struct, frozen=True, tag=True):
    """The clerk types a few letters and takes the item from the results."""

    typed: str
    item: str


class Answer(msgspec.Struct, frozen=True, tag=True):
    """A question of the situation is answered by the digit of its option."""

    question: str
    option: str


class HandIn(msgspec.Struct, frozen=True, tag=True):
    """These materials are there, on paper and in order; the others stay open."""

    materials: tuple[str, ...]


class Fill(msgspec.Struct, frozen=True, tag=True):
    """The form: text by field, a choice by its label; what is known already is left alone."""

    fields: tuple[tuple[str, str], ...]


class Do(msgspec.Struct, frozen=True, tag=True):
    """An act with legal effect, by its own key, on the matter that is open."""

    matter: str
    act: Act
    expected: CaseState
    offline: bool = False


class Decline(msgspec.Struct, frozen=True, tag=True):
    """The matter is not accepted; the supervisor confirms it as the second person.

    `go_to` names the organ that is competent, its address and its phone.
    """

    matter: str
    kind: str
    reason: str
    basis: str
    go_to: tuple[str, str, str]


class EndVisit(msgspec.Struct, frozen=True, tag=True):
    """F11; the citizen's screen invites to rate."""


class Rate(msgspec.Struct, frozen=True, tag=True):
    """The visitor touches a grade and reasons on the citizen's screen and submits."""

    grade: int
    reasons: tuple[str, ...] = ()


class Skip(msgspec.Struct, frozen=True, tag=True):
    """The visitor does not want to rate."""


class PressPad(msgspec.Struct, frozen=True, tag=True):
    """The visitor presses a key of the rating pad."""

    grade: int


class StopHub(msgspec.Struct, frozen=True, tag=True):
    """The hub's process ends; the terminal goes on alone."""


class StartHub(msgspec.Struct, frozen=True, tag=True):
    """The hub comes back at the same address; everything that waits arrives."""


class Decide(msgspec.Struct, frozen=True, tag=True):
    """A department grants a matter on the hub's desk page, and the window hears of it."""

    matter: str
    account: str
    document_number: str


class OpenPage(msgspec.Struct, frozen=True, tag=True):
    """The clerk opens another page by its number."""

    page: str


class Turn(msgspec.Struct, frozen=True, tag=True):
    """My cases: the clerk turns to another tab with the arrow keys."""

    tab: str


class TakePaper(msgspec.Struct, frozen=True, tag=True):
    """The roll of the receipt printer is taken out."""


class PutPaper(msgspec.Struct, frozen=True, tag=True):
    """A new roll is put in; what waits is printed by itself."""


class Shoot(msgspec.Struct, frozen=True, tag=True):
    """A picture of a screen: the clerk's window or the citizen's."""

    name: str
    screen: str = "window"


Step = (
    SignIn | Greet | Find | Answer | HandIn | Fill | Do | Decline | EndVisit | Rate | Skip
    | PressPad | StopHub | StartHub | Decide | OpenPage | Turn | TakePaper | PutPaper | Shoot
)  # fmt: skip


class Scene(msgspec.Struct, frozen=True):
    """A name and its steps."""

    name: str
    steps: tuple[Step, ...]


def _resettled(person: str, by: By, care_place: str) -> tuple[Step, ...]:
    """The steps up to the act for the item of three materials."""
    materials: tuple[str, ...] = ("remote_filing_form", "resettlement_proof")
    if by is not By.CARD:
        materials = ("identity_card", *materials)  # a card that was read is not asked for again
    return (
        Greet(person, by),
        Find("ydaz", RESETTLED),
        HandIn(materials),
        Fill((("care_place", care_place), ("filed_from", "2026-12-01"),
              ("address", "（示例）学府路12号"))),
    )  # fmt: skip


_ONLINE: tuple[Step, ...] = (
    Shoot("01-sign-in"),
    SignIn(),
    Shoot("02-work-empty"),
    Shoot("03-citizen-welcome", "citizen"),
    # A visitor of 74 with three papers: accepted, rated well.
    *_resettled("wang", By.CARD, "成都市武侯区"),
    Shoot("04-accept-review"),
    Shoot("05-citizen-materials", "citizen"),
    Do("accepted", Act.ACCEPT, CaseState.ACCEPTED),
    Shoot("06-accepted"),
    Shoot("07-citizen-accepted", "citizen"),
    EndVisit(),
    Shoot("08-visit-ended"),
    Shoot("09-citizen-rating", "citizen"),
    Rate(5, ("510", "517")),
    Shoot("10-citizen-thanks", "citizen"),
    # A food licence with two papers missing: one notice that lists both.
    Greet("liu", By.KEYBOARD),
    Find("spjyxk", FOOD),
    Shoot("11-scenario"),
    Answer("business", "catering"),
    Answer("online", "no"),
    HandIn(("food_application", "business_license", "food_layout", "food_rules")),
    Shoot("12-correction-materials"),
    Do("correction", Act.NOTIFY_CORRECTION, CaseState.AWAITING_CORRECTION),
    Shoot("13-correction-notified"),
    EndVisit(),
    Skip(),
    # A matter of another organ: declined in writing, confirmed by a second person; rated badly.
    Greet("kan", By.CARD),
    Find("食品经营许可", FOOD),
    Answer("business", "canteen"),
    Answer("online", "no"),
    Decline(
        "declined",
        "NOT_COMPETENT",
        "申请的经营场所位于岳池县，不属于本机关管辖",
        "《中华人民共和国行政许可法》第三十二条第一款第二项",
        ("岳池县行政审批局", "（示例）岳池县政务服务中心2楼", "（示例）0000-1234599"),
    ),
    Shoot("15-declined"),
    EndVisit(),
    Rate(1, ("113", "115")),
    OpenPage("journal"),
    Shoot("16-journal-online"),
    OpenPage("devices"),
    Shoot("17-devices"),
    OpenPage("work"),
)  # fmt: skip

_OFFLINE: tuple[Step, ...] = (
    StopHub(),
    Shoot("18-hub-away"),
    *_resettled("abdu", By.KEYBOARD, "乌鲁木齐市天山区"),
    Do("offline_accepted", Act.ACCEPT, CaseState.ACCEPTED, offline=True),
    Shoot("19-accepted-offline"),
    EndVisit(),
    PressPad(4),
    TakePaper(),
    Greet("jin", By.SCANNER),
    Find("gtgshsldj", SHOP),
    Answer("premises", "own"),
    HandIn(("registration_application", "identity_card")),
    Do("offline_received", Act.RECEIVE, CaseState.RECEIVED, offline=True),
    Shoot("20-received-no-paper"),
    OpenPage("devices"),
    Shoot("21-devices-no-paper"),
    OpenPage("work"),
    PutPaper(),
    EndVisit(),
    Skip(),
    OpenPage("journal"),
    Shoot("22-journal-waiting"),
    OpenPage("cases"),
    Shoot("23-my-cases-offline"),
    OpenPage("work"),
)

_BACK: tuple[Step, ...] = (
    StartHub(),
    OpenPage("journal"),
    Shoot("24-journal-arrived"),
    Decide("accepted", "yibao", "医保备〔2026〕1号"),
    OpenPage("cases"),
    Turn("done"),
    Shoot("25-my-cases-decided"),
    OpenPage("catalogue"),
    Shoot("26-catalogue"),
    OpenPage("work"),
)

A_DAY = Scene("a-day", (*_ONLINE, *_OFFLINE, *_BACK))
"""Three cases online, two without the hub, the hub's return, two ratings, one decision."""
