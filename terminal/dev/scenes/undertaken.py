"""A paper to come where the window may only receive: undertaken there, accepted by the organ."""

from __future__ import annotations

from terminal.dev.scenes.items import RENTED_HOME
from terminal.dev.scenes.law_steps import ProgressSays, Tried
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Department,
    Do,
    Expect,
    Fill,
    Find,
    Greet,
    HandIn,
    Handle,
    How,
    Pass,
    Says,
    Scene,
    SignIn,
    Step,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

INCOME = "家庭收入和财产情况"

_RECEIVED: tuple[Step, ...] = (
    SignIn(),
    Greet("zhang", By.CARD),
    Find("gzf", RENTED_HOME),
    Answer("household", "local"),
    HandIn(("housing_application", "household_register", "no_house_proof")),
    HandIn(("income_proof",), How.LATER),
    Fill((
        ("address", "（示例）广安区中桥街道凯旋路5号"), ("family_size", "3"),
        ("monthly_income", "5200"), ("way", "租赁补贴"),
    )),
    Do("home", Act.RECEIVE, S.RECEIVED),
    Expect(
        "home", S.RECEIVED,
        # Two working days before the promise of twenty; owed only after the acceptance.
        until=(Until("cure_by", 18), Until("cure_due")),
        says=(
            Says("undertaking", ("自愿选择容缺受理，并承诺：", "最迟{cure_by}（", INCOME)),
            Says("receipt", ("公共租赁住房申请表",), never=("容缺",)),
        ),
    ),
    *LEAVE,
    Tried("home", "accept", "act.window_only_receives"),
    Handle("home", "sign", S.RECEIVED, signed=True),
)  # fmt: skip

_ACCEPTED: tuple[Step, ...] = (
    Pass(working_days=2, at="10:00"),
    Department("home", "zhujian", "accept_conditionally", S.ACCEPTED),
    Expect(
        "home", S.ACCEPTED,
        # The decision counts from the acceptance; the day that was signed stays.
        until=(Until("cure_due", 18), Until("decide_by", 20, "accepted_at")),
        says=(
            Says("conditional", (
                "容缺受理通知书", "区住房和城乡建设局", "请最迟{cure_by}（", INCOME,
                "补齐前不发放结果",
            )),
        ),
    ),
    ProgressSays("home", ("补齐以下材料", INCOME)),
)  # fmt: skip

_CURED: tuple[Step, ...] = (
    Pass(working_days=3, at="09:30"),
    Handle("home", "bring", S.ACCEPTED),
    Expect(
        "home",
        S.ACCEPTED,
        until=(Until("cure_due"),),
        life=("case_received", "case_accepted", "materials_supplemented"),
    ),
)

UNDERTAKEN = Scene(
    "undertaken",
    "只收件的窗口：申请人签署容缺承诺，部门容缺受理",
    "A window that may only receive: the applicant undertakes, the organ accepts on condition",
    (*_RECEIVED, *_ACCEPTED, *_CURED),
)
"""承诺在窗口签署，受理由部门作出；补齐日期以承诺书为准，补来的材料交到窗口。"""
