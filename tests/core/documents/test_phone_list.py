"""The phone list: who is on it, what must be told, and what it must not show."""

from __future__ import annotations

from terminal.clock import FixedClock
from terminal.documents.layout import Table, Text
from terminal.documents.templates.phone_list import PhoneLine, PhoneListView, phone_list
from terminal.documents.wording import default_wording
from tests.core.documents.reading import pdf_text
from tests.core.hall import LICENCE, OTHER, PLAIN, VISITOR, Hall


def said(hall: Hall) -> str:
    """Every sentence and cell of the list."""
    made = phone_list(hall.ctx.phone_list.view(hall.clerk), default_wording("zh"))
    found = [node.text for node in made.nodes if isinstance(node, Text)]
    for table in (node for node in made.nodes if isinstance(node, Table)):
        found += [cell for row in table.rows for cell in row]
    return "\n".join(found)


def test_it_names_whom_to_call_until_when_and_what_to_tell(
    hall: Hall, hall_clock: FixedClock
) -> None:
    ctx = hall.ctx
    received = ctx.intake.receive(hall.draft(LICENCE), hall.clerk).case
    accepted = ctx.intake.accept(hall.complete(PLAIN, OTHER), hall.clerk).case
    ctx.intake.notify_correction(hall.draft(LICENCE, OTHER), hall.clerk)
    view = ctx.phone_list.view(hall.clerk)
    assert [line.receipt_number for line in view.lines] == [
        received.receipt_number, accepted.receipt_number,
    ]  # fmt: skip
    first, second = view.lines
    assert (first.due, first.act, first.phone) == ("2026-11-30", "correct", "13800000000")
    assert first.materials == ("居民身份证", "申请表", "场所使用证明")
    assert first.silence
    assert (second.act, second.phone, second.silence) == ("decide", "", False)
    text = said(hall)
    assert "内部使用。含个人信息" in text
    assert "共 2 件" in text
    assert "须一次性告知补正：居民身份证、申请表、场所使用证明" in text
    assert "逾期未告知即视为受理" in text
    assert "未留电话" in text
    # A name is masked, its phone is whole: that is what the list is for. No identity number.
    assert "张*" in text
    for secret in (VISITOR.name, VISITOR.identity_number, OTHER.name, OTHER.identity_number):
        assert secret not in text
    hall_clock.advance(days=10)
    assert "11-30 周一 已逾期" in said(hall)


def test_nobody_to_call_is_said(hall: Hall) -> None:
    assert "没有需要电话告知的办件。" in said(hall)


def test_a_long_list_has_its_head_on_every_page_and_says_what_it_left_out(hall: Hall) -> None:
    line = PhoneLine(
        receipt_number="5116-01-261123-KTM7-0001-7",
        item="公共场所（含游泳馆、沐浴、美容美发等）卫生许可证核发（新办）",
        applicant="内蒙古自治区呼和浩特市某某食品经营管理有限责任公司",
        phone="0471-12345678",
        due="2026-11-30",
        act="correct",
        materials=("经营场所平面图和卫生设施平面布局图", "从业人员健康合格证明"),
        silence=True,
    )
    view = PhoneListView(
        hall="某某市政务服务中心", window="3 号综合窗口", clerk="王芳",
        made_at="2026-11-23T10:42:00+08:00", lines=(line,) * 40, more=7,
    )  # fmt: skip
    from terminal.documents.pdf import render_pdf

    data = render_pdf(phone_list(view, default_wording("zh")))
    text = pdf_text(data)
    assert text.count("公共场所") == 40
    # The head of the table and the warning at the foot stand on every page.
    assert text.count("通话记录") > 3
    assert text.count("含个人信息") >= text.count("通话记录")
    assert "另有 7 件日期更晚" in text
