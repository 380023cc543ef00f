"""待告知: a department's paper has come; it is printed and handed over in a few keys."""

from __future__ import annotations

import msgspec
import peewee
from PySide6.QtCore import Qt

from terminal.domain.case import Case
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.parties import Actor
from terminal.domain.records import BY_POST, HUB_ORIGIN, CaseExtended, Record
from terminal.services.casework.todo import Tab
from terminal.store import aggregates
from tests.core.hall import LICENCE
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import Cases, sign
from ui.window.casework.acts import CaseAct

F = Qt.Key


def extended(cases: Cases) -> str:
    """Accept a licence here; its department extends the limit, and nothing is printed of it."""
    ctx, case_id = cases.ctx, cases.accepted()
    now = ctx.clock.now().corrected
    body = CaseExtended(
        5, "2026-12-07", "案情复杂", "《中华人民共和国行政许可法》第四十二条", "陈局长",
        "延〔2026〕7号", now, Actor("department", name="李强", place=LICENCE.department),
    )  # fmt: skip

    def come_down(db: peewee.Database) -> None:
        case = aggregates.load(db, case_id)
        assert isinstance(case, Case)
        judged = evolve(case, Record("01", case_id, case.head, HUB_ORIGIN, now, body))
        assert isinstance(judged, Evolved)
        assert isinstance(judged.aggregate, Case)
        aggregates.save(db, judged.aggregate)

    ctx.ledger.write(come_down)
    ctx.events.publish("progress_changed", case_id)
    return case_id


def test_what_came_is_hinted_at_printed_and_signed_for(clerk: Clerk) -> None:
    cases = Cases(clerk)
    clerk.program.window.resize(1366, 768)
    clerk.wait(lambda: clerk.place._to_tell == 0)
    case_id = extended(cases)
    # The line says so once, my cases and the card beside the work for as long as it is so.
    clerk.wait(lambda: "部门文书到了 1 件" in clerk.label("status_notice"))
    assert clerk.label("mine_tell") == "部门文书待告知 1 件：按 Alt+2 查看"
    page = clerk.place.cases
    clerk.press(F.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    clerk.wait(lambda: page.tabs.buttons["to_tell"].text() == "待告知 1")
    page.show_tab(Tab.TO_TELL.value)
    clerk.wait(lambda: [one.case.case_id for one in page.table.cases] == [case_id])
    assert clerk.label("cases_below") == "部门已办理，还未告知申请人：延期告知书。"
    clerk.at("cases_table")
    clerk.press(F.Key_F4)
    clerk.at("confirm_tell")
    assert clerk.label("tell_papers") == "延期告知书"
    clerk.press(F.Key_F5, Qt.KeyboardModifier.ControlModifier, after=1.5)
    # It is in the printer's queue; the citizen is asked to sign for this very paper.
    clerk.at("sign_signer")
    [paper] = [one for one in cases.ctx.cases.documents(case_id) if one.kind == "extension"]
    assert [job.copy for job in paper.jobs] == [1]
    assert [one.kind for one in page.case.form_of(CaseAct.SIGN).documents] == ["extension"]
    clerk.enter()
    clerk.enter()
    sign(clerk)
    cases.confirm(F.Key_F2)
    assert cases.ctx.todo.mine(cases.session).counts["to_tell"] == 0
    clerk.wait(lambda: clerk.place._to_tell == 0)
    assert CaseAct.TELL not in page.case._acts


def test_who_is_not_there_is_told_later_and_nothing_is_printed_twice(clerk: Clerk) -> None:
    cases = Cases(clerk)
    case_id = extended(cases)
    cases.open(case_id)
    clerk.press(F.Key_F5, Qt.KeyboardModifier.ControlModifier, after=1.5)
    cases.page.form_of(CaseAct.TELL)
    clerk.at("confirm_tell")
    clerk.press(F.Key_F5, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.at("sign_signer")
    clerk.press(F.Key_Escape)
    clerk.at("case_acts")
    # It still waits; from the list the next key goes straight to the signature.
    assert CaseAct.TELL not in cases.page._acts
    clerk.press(F.Key_Escape)
    clerk.at("cases_table")
    clerk.place.cases.show_tab(Tab.TO_TELL.value)
    clerk.at("cases_table")
    clerk.wait(lambda: clerk.place.cases.table.cases)
    clerk.press(F.Key_F4)
    clerk.at("sign_signer")
    papers = cases.ctx.cases.documents(case_id)
    assert [len(one.jobs) for one in papers if one.kind == "extension"] == [1]
    # Who does not come gets it by post: who posts it stands there, and nothing is owed any more.
    clerk.enter()
    clerk.at("sign_how")
    clerk.press(F.Key_2)
    clerk.enter()
    clerk.at("sign_reason")
    clerk.press(F.Key_4)
    clerk.enter()
    clerk.at("sign_witness")
    form = clerk.place.cases.case.form_of(CaseAct.SIGN)
    assert (form.witness.label.text(), form.witness.text()) == ("交寄人姓名", cases.session.name)
    clerk.enter()
    cases.confirm(F.Key_F2)
    [paper] = [one for one in papers if one.kind == "extension"]
    signed = cases.ctx.documents.document(paper.document_id).signed
    assert signed is not None
    assert signed.not_signed == BY_POST
    assert cases.ctx.todo.mine(cases.session).counts["to_tell"] == 0


def test_nobody_promises_anything_by_post(clerk: Clerk) -> None:
    cases = Cases(clerk)
    cases.open(cases.accepted())
    cases.act(F.Key_F2)
    form = cases.page.form_of(CaseAct.SIGN)
    (paper, *_) = form.documents
    for kind, said in (("acceptance", ""), ("undertaking", "不能邮寄送达")):
        form.documents = (msgspec.structs.replace(paper, kind=kind),)
        form.reason.set_value("post")
        complaint = form.check_of(form.reason, None)
        assert (said in complaint, bool(complaint)) == (True, bool(said))
