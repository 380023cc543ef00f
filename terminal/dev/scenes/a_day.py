"""A day at the window: three matters online, two without the hub, everything arrives."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD, SHOP
from terminal.dev.scenes.parts import resettled
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Decline,
    Department,
    Do,
    EndVisit,
    Find,
    Greet,
    HandIn,
    OpenPage,
    PressPad,
    PutPaper,
    Rate,
    Scene,
    Shoot,
    SignIn,
    Skip,
    StartHub,
    Step,
    StopHub,
    TakePaper,
    Turn,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

_ONLINE: tuple[Step, ...] = (
    Shoot("01-sign-in"),
    SignIn(),
    Shoot("02-work-empty"),
    Shoot("03-citizen-welcome", "citizen"),
    # A visitor of 74 with three papers: accepted, rated well.
    *resettled("wang", By.CARD, "成都市武侯区"),
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
    *resettled("abdu", By.KEYBOARD, "乌鲁木齐市天山区"),
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
    Department(
        "accepted",
        "yibao",
        "decision",
        CaseState.DECIDED,
        (("outcome", "GRANTED"), ("document_number", "医保备〔2026〕1号")),
    ),
    OpenPage("cases"),
    Turn("done"),
    Shoot("25-my-cases-decided"),
    OpenPage("catalogue"),
    Shoot("26-catalogue"),
    OpenPage("work"),
)

A_DAY = Scene(
    "a-day",
    "窗口的一天",
    "A day at the window",
    (*_ONLINE, *_OFFLINE, *_BACK),
)
"""Three cases online, two without the hub, the hub's return, two ratings, one decision."""
