"""A clerk's day: parked, paused, crashed, in extended hours, handed over."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from terminal.context import Context
from terminal.domain.aggregates import Complaint, Visit
from terminal.domain.case import CaseState
from terminal.domain.records import Lane
from terminal.events import Event
from terminal.protocol.sets import Appointment
from terminal.services.kept_drafts import KeptVisit
from terminal.store import aggregates
from tests.ui.conftest import PASSWORD, Clerk, identity_number

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def core(clerk: Clerk) -> Context:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx


def kept(clerk: Clerk) -> tuple[KeptVisit, ...]:
    """Return what would be offered after a crash now."""
    return core(clerk).kept_drafts.offered(clerk.place.session)


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def loose_jobs(clerk: Clerk) -> list[str]:
    """Note the sheets that go to a printer from now on."""
    found: list[str] = []

    def note(event: Event) -> None:
        if event.name == "print_job_changed":
            found.append(event.subject)

    core(clerk).events.subscribe(note)
    return found


def receive(clerk: Clerk) -> None:
    """Receive what lies there, from wherever the keyboard is."""
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F8, after=1.5)


def test_what_was_typed_is_kept_and_offered_again(clerk: Clerk) -> None:
    clerk.greet("钟离一", 501)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(2)
    clerk.wait(lambda: any(v.draft and len(v.draft.materials) == 2 for v in kept(clerk)))
    # The machine dies here: nothing of the session is ended, the next sign-in starts anew.
    session = clerk.place.session
    clerk.program.window._drop(clerk.place)
    clerk.program.window.begin_session(session, clerk.program._guard)
    clerk.wait(lambda: clerk.desk.parked)
    assert "钟离一" in words(clerk.place.work.parked)
    assert "上次未保存" in words(clerk.place.work.parked)
    assert "1 位办事人" in clerk.label("status_notice")
    clerk.at("visitor_name")
    clerk.press(Qt.Key.Key_F10)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    assert clerk.desk.now.review.settled == 2  # type: ignore[union-attr]
    # Not this person after all: nothing stays.
    clerk.press(Qt.Key.Key_F2, SHIFT)
    clerk.wait(lambda: kept(clerk) == ())


def test_a_saved_visit_is_parked_in_the_record_and_leaves_no_draft(clerk: Clerk) -> None:
    clerk.greet("宇文二", 502)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    receive(clerk)
    clerk.wait(lambda: clerk.desk.now.cases)
    visit_id = clerk.desk.now.visit_id

    def stored() -> Visit:
        found = core(clerk).ledger.read(lambda db: aggregates.load(db, visit_id))
        assert isinstance(found, Visit)
        return found

    clerk.press(Qt.Key.Key_F10)
    clerk.wait(lambda: stored().parked_at)
    clerk.at("visitor_name")
    clerk.press(Qt.Key.Key_F10)
    clerk.wait(lambda: clerk.desk.now.cases and not stored().parked_at)
    clerk.press(Qt.Key.Key_F11)
    clerk.wait(lambda: stored().ended_at)
    clerk.wait(lambda: kept(clerk) == ())


def test_the_window_is_closed_over_lunch(clerk: Clerk) -> None:
    clerk.greet("司空三", 503)
    clerk.press(Qt.Key.Key_F10, SHIFT)
    clerk.at("pause_reason")
    assert len(clerk.desk.parked) == 1
    clerk.enter()
    clerk.type("25:99")
    clerk.enter()
    clerk.at("pause_until")
    assert "13:30" in clerk.label("pause_until_error")
    clerk.place.work.day.pause.until.edit.selectAll()
    clerk.type("13:30")
    clerk.enter()
    clerk.at("pause_go_to")
    clerk.type("2 号综合窗口")
    clerk.enter()
    clerk.at("pause_card")
    assert clerk.label("pause_said") == "暂停服务中 · 午休 · 13:30 恢复"
    citizen = clerk.program.citizen
    assert citizen is not None
    clerk.wait(lambda: "13:30 恢复办理" in words(citizen))
    assert "2 号综合窗口" in words(citizen)
    assert not clerk.place.work.parked.isVisible()
    # Nothing else is done at a closed window.
    clerk.press(Qt.Key.Key_F3)
    clerk.at("pause_card")
    clerk.enter()
    clerk.at("visitor_name")
    assert clerk.desk.pause is None
    assert clerk.place.work.parked.isVisible()


def test_an_appointment_is_checked_in(clerk: Clerk, monkeypatch: object) -> None:
    day = date(2026, 11, 23)
    one = Appointment("a1", day, "10:30", "申屠四", item_name="延续", phone="13800000001")
    other = Appointment("a2", day, "11:00", "他人")
    core(clerk).appointments.of_day = lambda *_: (one, other)  # type: ignore[method-assign]
    clerk.press(Qt.Key.Key_F5, SHIFT)
    clerk.at("appointments_search")
    clerk.wait(lambda: len(clerk.place.work.day.appointments.list.rows) == 2)
    clerk.type("0001")
    clerk.wait(lambda: len(clerk.place.work.day.appointments.list.rows) == 1)
    clerk.enter()
    clerk.at("visitor_number")
    clerk.type(identity_number(504))
    for name in ("visitor_phone", "visitor_capacity", "search_edit"):
        clerk.enter()
        clerk.at(name)
    visitor = clerk.desk.now.visitor
    assert visitor is not None
    assert (visitor.name, visitor.phone) == ("申屠四", "13800000001")
    clerk.press(Qt.Key.Key_L, CONTROL)
    assert clerk.label("visitor_lanes") == "绿色通道 · 预约"
    clerk.open_item()
    clerk.to_materials()
    receive(clerk)
    clerk.wait(lambda: clerk.desk.now.cases)
    case = core(clerk).cases.case(clerk.desk.now.cases[0].case_id)
    assert case.lanes == (Lane.PRIORITY, Lane.APPOINTMENT)
    facts = core(clerk).shifts.facts(clerk.place.session)
    assert facts.lanes == {Lane.PRIORITY: 1, Lane.APPOINTMENT: 1}


def test_papers_for_another_place_are_received_and_no_more(clerk: Clerk) -> None:
    clerk.greet("令狐五", 505)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(3)
    clerk.press(Qt.Key.Key_F6, SHIFT)
    clerk.at("forward_organ")
    clerk.place.work.day.forward.organ.set_text("")
    clerk.enter()
    assert clerk.label("forward_organ_error")
    clerk.type("邻区市场监管局")
    for name in ("forward_place", "forward_phone"):
        clerk.enter()
        clerk.at(name)
        if name == "forward_place":
            clerk.place.work.day.forward.place.set_text("邻区")
    clerk.enter()
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh and clerk.desk.now.review.law.forward_by)  # type: ignore[union-attr]
    assert "11-24" in clerk.label("law_line_1")
    # Accepting is another organ's.
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.wait(lambda: "只收件" in clerk.label("review_notice"))
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    case = core(clerk).cases.case(clerk.desk.now.cases[0].case_id)
    assert case.forwarding is not None
    assert (case.forwarding.organ, case.forwarding.forward_by) == ("邻区市场监管局", "2026-11-24")
    assert (case.state, case.respond_by) == (CaseState.RECEIVED, "")


def test_a_handwritten_receipt_is_entered_with_its_time(clerk: Clerk) -> None:
    clerk.press(Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    clerk.at("shift_page")
    clerk.press(Qt.Key.Key_F7)
    clerk.greet("诸葛六", 506)
    assert "补录" in clerk.label("visitor_lanes")
    clerk.open_item()
    clerk.to_materials()
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.at("late_number")
    clerk.type("S-2026-0007")
    clerk.enter()
    clerk.type("2026-11-24")
    clerk.enter()
    clerk.at("late_day")
    assert "晚于现在" in clerk.label("late_day_error")
    clerk.place.work.path.late.day.edit.selectAll()
    clerk.type("2026-11-20")
    clerk.enter()
    clerk.type("09:30")
    for name in ("late_scan", "late_second_name"):
        clerk.enter()
        clerk.at(name)
    clerk.type("liqiang")
    clerk.enter()
    clerk.type(PASSWORD)
    clerk.enter()
    clerk.at("confirm_late_entry")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    case = core(clerk).cases.case(clerk.desk.now.cases[0].case_id)
    assert case.late_entry is not None
    assert case.late_entry.paper_number == "S-2026-0007"
    assert case.late_entry.confirmed_by.name == "李强"
    assert case.respond_by == "2026-11-27"


def test_a_complaint_is_taken_and_nobody_is_named_afterwards(clerk: Clerk) -> None:
    clerk.press(Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    clerk.at("shift_page")
    clerk.press(Qt.Key.Key_F8)
    clerk.at("complaint_text")
    clerk.enter()
    for _ in range(4):
        clerk.enter()
    clerk.at("complaint_text")
    assert clerk.label("complaint_text_error")
    clerk.type("跑了三次没有办成")
    clerk.enter()
    clerk.at("complaint_against")
    clerk.type("王芳")
    for name in ("complaint_name", "complaint_phone", "complaint_hotline", "confirm_complaint"):
        clerk.enter()
        clerk.at(name)
    printed = loose_jobs(clerk)
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.at("shift_page")
    clerk.wait(lambda: "最迟" in clerk.label("shift_said"))
    clerk.wait(lambda: any(job.startswith("complaint_slip/") for job in printed))
    page = clerk.place.shift
    assert "王芳" not in words(page)
    assert page.complaint.against.edit.text() == ""

    def stored() -> list[Complaint]:
        found = core(clerk).ledger.read(lambda db: aggregates.select(db, "complaint"))
        return [one for one in found if isinstance(one, Complaint)]

    [complaint] = stored()
    assert (complaint.against, complaint.answer_by) == ("王芳", "2026-11-30")


def test_both_sign_the_hand_over_and_the_successor_finds_who_waits(clerk: Clerk) -> None:
    clerk.greet("皇甫七", 507)
    clerk.press(Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    clerk.at("shift_page")
    clerk.press(Qt.Key.Key_F4)
    clerk.at("shift_remark")
    assert clerk.desk.now.empty
    clerk.wait(lambda: kept(clerk))
    clerk.enter()
    clerk.at("shift_second_name")
    clerk.type("liqiang")
    clerk.enter()
    clerk.type(PASSWORD)
    clerk.enter()
    clerk.at("confirm_shift")
    old, printed = clerk.place.session, loose_jobs(clerk)
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.wait(lambda: clerk.program.window.workplace is None)
    (job,) = {one for one in printed if one.startswith("shift_handover/")}
    standing = core(clerk).printing.loose_job(job)
    assert standing is not None
    assert standing.state == "queued"
    assert core(clerk).kept_drafts.offered(old) == ()
    clerk.at("sign_in_login")
    clerk.type("liqiang")
    clerk.enter()
    clerk.type(PASSWORD)
    clerk.enter()
    clerk.wait(lambda: clerk.program.window.workplace is not None and clerk.desk.parked)
    assert clerk.desk.parked[0].visitor.name == "皇甫七"  # type: ignore[union-attr]


def test_extended_hours_are_flagged_by_themselves(clerk: Clerk) -> None:
    ctx = core(clerk)
    ctx.intake._hours = ("13:00-17:00",)
    clerk.greet("闻人八", 508)
    clerk.open_item()
    clerk.wait(lambda: clerk.label("visitor_lanes") == "延时服务")
