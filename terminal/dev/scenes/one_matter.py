"""One matter of four departments: one form, one list, one receipt; one department refuses."""

from __future__ import annotations

from terminal.dev import people
from terminal.dev.scenes.law_steps import (
    Choose,
    DepartmentPaper,
    DoEvent,
    FillIn,
    FridaySays,
    HandOut,
    LayDown,
    ProgressSays,
    ReceiptSays,
    Tried,
    TriedAtDesk,
)
from terminal.dev.scenes.parts import LEAVE
from terminal.dev.scenes.steps import (
    Department,
    Expect,
    FindEvent,
    Greet,
    Pass,
    Scene,
    Shoot,
    SignIn,
    Step,
    Until,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act

S = CaseState

NAME = "汽车维修店开业一件事"
_WORKSHOP = people.organisation("workshop")
FORM = (
    ("单位名称", _WORKSHOP.name),
    ("统一社会信用代码", _WORKSHOP.number),
    ("法定代表人（负责人）", _WORKSHOP.legal_representative),
    ("经营场所地址", "（示例）广安区中桥街道凯旋路5号"),
    ("经营类型", "三类汽车维修"),
    ("营业面积（平方米）", "120"),
    ("日排水量（立方米）", "3"),
    ("排水口数量", "1"),
    ("招牌长×高（米）", "6×1.2"),
    ("招牌文字", "快修汽车服务"),
)
PARTS = ("repair", "drainage", "sign", "tax")
REASON = "洗车废水未经沉淀、隔油预处理，不符合排入城镇排水管网的水质要求"
BASIS = "《城镇污水排入排水管网许可管理办法》第八条"


def _granted(matter: str, account: str, number: str, thing: str) -> tuple[Step, ...]:
    """A department grants its case and makes the result ready at its own desk."""
    decided = (("outcome", "GRANTED"), ("document_number", number))
    return (
        Department(matter, account, "decision", S.DECIDED, decided),
        Department(
            matter, account, "ready", S.RESULT_READY,
            (("thing_name_0", thing), ("place", "综合出件窗口")),
        ),
    )  # fmt: skip


_TAKEN_IN: tuple[Step, ...] = (
    SignIn(),
    Greet("zhang"),
    FindEvent("汽车维修店开业", "open_car_workshop"),
    Choose("排水户", "洗车"),
    Shoot("one-matter-list"),
    LayDown(),
    FillIn(FORM),
    DoEvent("matter", Act.ACCEPT, tuple((part, S.ACCEPTED) for part in PARTS)),
    ReceiptSays(
        "matter",
        (
            "“一件事”收件凭证", "一并申请的事项（4项）", "区交通运输局", "区住房和城乡建设局",
            "区综合行政执法局", "国家税务总局区税务局",
            "各事项由各自的机关分别办理，期限分别计算；其中一项不予受理的，不影响其他事项。",
            "全部结果可在综合出件窗口一次领取。",
        ),
    ),
    *LEAVE,
    # Four cases, each with its own organ, clock and notice; no second receipt.
    *(
        Expect(part, S.ACCEPTED, papers=("copy_check", "acceptance"), until=(until,))
        for part, until in zip(
            PARTS,
            (
                Until("decide_by", 5, "accepted_at"), Until("decide_by", 7, "accepted_at"),
                Until("decide_by", 3, "accepted_at"), Until("decide_by", 1, "accepted_at"),
            ),
            strict=True,
        )
    ),
    ProgressSays("matter", (f"一件事“{NAME}”：共 4 个事项，已办完 0 个",)),
)  # fmt: skip

_DECIDED: tuple[Step, ...] = (
    # The window receives, the departments decide; and each only what is its own.
    Tried("drainage", "decide", "case.decision_by_department"),
    TriedAtDesk("drainage", "jiaotong", "decision", "不属于您的部门", (("outcome", "GRANTED"),)),
    *_granted("repair", "jiaotong", "区交运备〔2026〕11号", "机动车维修经营备案表"),
    *_granted("sign", "zhifa", "区综执意〔2026〕7号", "户外招牌设置意见书"),
    *_granted("tax", "shuiwu", "区税确〔2026〕3号", "信息确认表"),
    Department("drainage", "zhujian", "claim", S.UNDER_REVIEW),
    Department(
        "drainage", "zhujian", "decision", S.DECIDED,
        (("outcome", "REFUSED"), ("document_number", "区住建否〔2026〕2号"),
         ("reason", REASON), ("basis", BASIS)),
    ),
    DepartmentPaper("drainage", "zhujian", "case_decided"),
    FridaySays("refusals", "drainage", (f"不予决定：{REASON}",)),
    ProgressSays("drainage", ("已决定：不予行政许可", REASON), ("已办完 4 个",)),
)  # fmt: skip

_HANDED_OUT: tuple[Step, ...] = (
    Pass(working_days=1, at="10:00"),
    Tried("drainage", "make_ready", "case.no_result_of_refusal"),
    # One desk, one person, one signature: three results and the decision that refuses one.
    HandOut(("repair", "drainage", "sign", "tax"), "zhang"),
    *(
        Expect(
            part,
            S.DELIVERED,
            papers=("copy_check", "acceptance", "result_handover", "delivery_receipt"),
        )
        for part in ("repair", "sign", "tax")
    ),
    Expect("drainage", S.DELIVERED, papers=("copy_check", "acceptance", "delivery_receipt")),
    ProgressSays("matter", (f"一件事“{NAME}”：共 4 个事项，已办完 4 个",)),
    Shoot("one-matter-handed-out"),
)

ONE_MATTER = Scene(
    "one-matter",
    "一件事四个部门：一部门不予许可",
    "One matter of four departments, one of which refuses",
    (*_TAKEN_IN, *_DECIDED, *_HANDED_OUT),
)
"""One form, one list, one receipt; each department counts and decides for itself; one hand-over."""
