"""An offline day: the cable is out from the morning on; in the evening everything arrives."""

from __future__ import annotations

from terminal.dev.scenes.items import FOOD
from terminal.dev.scenes.law_steps import FridaySays, Numbered, ProgressSays, ScreenSays, Tried
from terminal.dev.scenes.parts import LEAVE, resettled
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Decline,
    Do,
    EndVisit,
    Expect,
    Find,
    Greet,
    HandIn,
    OpenPage,
    Pass,
    PlugIn,
    PressPad,
    PullCable,
    Rate,
    Says,
    Scene,
    Shoot,
    SignIn,
    Step,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

ON_RECEIPT = (
    "本凭证在网络中断期间出具，收件时间以本凭证为准，办理期限不因断网顺延。材料已加密保存，"
    "联网后自动上传；办件编号随后生成，凭收件号即可查询。"
)
"""Wording 2, as far as no date stands in it."""

ON_NOTICE = "本通知书在网络中断期间出具，时间以本通知书为准"


def _food(person: str, by: By, *papers: str) -> tuple[Step, ...]:
    """Return the steps of a food licence up to the act, with some of its papers."""
    return (
        Greet(person, by),
        Find("spjyxk", FOOD),
        Answer("business", "retail"),
        Answer("online", "no"),
        HandIn(papers),
    )


_MORNING: tuple[Step, ...] = (
    SignIn(),
    PullCable(),
    # Accepted with a number of the leased block: nobody has to wait for the hub.
    *resettled("wang", By.CARD, "成都市武侯区"),
    Do("accepted", Act.ACCEPT, S.ACCEPTED, offline=True),
    Expect(
        "accepted", S.ACCEPTED, papers=("receipt", "copy_check", "acceptance"),
        says=(
            Says("receipt", (ON_RECEIPT,)),
            Says("acceptance", (ON_NOTICE, "办件编号：{case_number}")),
        ),
        fields=(("offline", "True"),),
    ),
    EndVisit(),
    Rate(5, ("510",)),
    # Received: from now on the law runs against the office, and the top line says until when.
    *_food("liu", By.KEYBOARD, "food_application", "business_license"),
    Do("received", Act.RECEIVE, S.RECEIVED, offline=True),
    Expect(
        "received", S.RECEIVED, papers=("receipt", "copy_check"),
        until=(Until("respond_by", 5),),
        says=(Says("receipt", (ON_RECEIPT, "本凭证即为受理凭证。本凭证不表示已同意您的申请。")),),
    ),
    EndVisit(),
    PressPad(4),
    ScreenSays(("待传", "须", "期限不因断网顺延")),
    Shoot("offline-status"),
)  # fmt: skip

_AFTERNOON: tuple[Step, ...] = (
    Pass(at="14:00"),
    *_food("zhang", By.CARD, "food_application", "business_license", "food_facilities"),
    Do("corrected", Act.NOTIFY_CORRECTION, S.AWAITING_CORRECTION, offline=True),
    Expect(
        "corrected", S.AWAITING_CORRECTION, papers=("receipt", "copy_check", "correction"),
        says=(
            Says("receipt", (ON_RECEIPT,)),
            Says("correction", (
                "不齐全或不符合法定形式。根据《中华人民共和国行政许可法》第三十二条第一款第四项",
                "现将需要补正的全部内容一次性告知如下：",
                "与食品经营相适应的布局和操作流程图", "食品安全规章制度清单",
                "以上为全部补正内容。补正后可在窗口、网上、自助终端提交，无需重新取号。",
                ON_NOTICE,
            ), never=("逾期视为放弃",)),
        ),
    ),
    *LEAVE,
    *_food("kan", By.CARD, "food_application"),
    Decline(
        "declined", "NOT_COMPETENT", "申请的经营场所位于岳池县，不属于本机关管辖",
        "《中华人民共和国行政许可法》第三十二条第一款第二项",
        ("岳池县行政审批局", "（示例）岳池县政务服务中心2楼", "（示例）0000-1234599"),
        offline=True,
    ),
    Expect(
        "declined", S.NOT_ACCEPTED, papers=("decline",),
        says=(
            Says("decline", (
                "您申请的事项依法不属于本机关职权范围，请向岳池县行政审批局",
                "决定不予受理。",
                "如不服本决定，可以自收到之日起60日内向区人民政府申请行政复议，"
                "也可以自收到之日起6个月内向区人民法院提起行政诉讼。",
                "在网络中断期间出具，时间以本",
            ), never=("办理期限不因断网顺延",)),
        ),
        fields=(("offline", "True"),),
    ),
    *LEAVE,
    Tried("accepted", "decide", "case.decision_by_department"),
    OpenPage("journal"),
    Shoot("offline-journal"),
    OpenPage("work"),
)  # fmt: skip

_EVENING: tuple[Step, ...] = (
    Pass(at="17:20"),
    PlugIn(),
    ScreenSays(("待传 0",)),
    # Each notice has its number from the organ's own series by now.
    Numbered("declined", "decline", "区审批不受〔"),
    Numbered("corrected", "correction", "区审批补〔"),
    ProgressSays("received", ("已收件", "答复是否受理"), ("视为受理",)),
    ProgressSays("corrected", ("由您补正下列材料", "与食品经营相适应的布局和操作流程图")),
    ProgressSays("declined", ("不予受理", "岳池县行政审批局")),
    FridaySays("refusals", "declined", ("不予受理：申请的经营场所位于岳池县",)),
    Shoot("offline-arrived"),
)

OFFLINE_DAY = Scene(
    "offline-day",
    "断网的一天",
    "A day without a network",
    (*_MORNING, *_AFTERNOON, *_EVENING),
)
"""No limit moves because of the network; papers say how they were made; nothing is lost."""
