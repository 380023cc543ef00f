"""Page 4 by keys: where a record is, why, what to do, and the way there."""

from __future__ import annotations

from pathlib import Path

import peewee
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from terminal.context import Context
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import PROTOCOL_VERSION, Enrolment
from terminal.services.journal import PAGE
from terminal.store.statements import rows, run
from tests.ui.conftest import Clerk
from ui.widgets.table import Cell
from ui.window.journal_page import JournalPage

SHIFT = Qt.KeyboardModifier.ShiftModifier


def page(clerk: Clerk) -> JournalPage:
    return clerk.place.journal


def shown(clerk: Clerk) -> list[tuple[Cell, ...]]:
    return page(clerk).table._model.rows


def kinds(clerk: Clerk) -> list[str]:
    return [line.kind for line in page(clerk).table.lines]


def open_page(clerk: Clerk) -> None:
    clerk.press(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    clerk.at("journal_table")


def said(clerk: Clerk, name: str) -> str:
    found = page(clerk).findChild(QLabel, name)
    return found.text() if found is not None else ""


def notice(clerk: Clerk) -> str:
    return clerk.place.notice.text()


def receive(clerk: Clerk) -> str:
    """Receive a case by keys; returns its receipt number."""
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(2)
    clerk.enter()
    clerk.fill_form()
    clerk.press(Qt.Key.Key_F8)
    clerk.wait(lambda: clerk.cases() == 1)
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx.cases.mine(clerk.place.session)[0].receipt_number


def mark(ctx: Context, kind: str, state: str, code: str = "") -> None:
    """Give the newest entry of a kind the state that the hub would have told."""
    sql = "UPDATE entry SET state = ?, code = ?, acknowledged = 1 WHERE id = (SELECT max(id)"
    ctx.ledger.write(lambda db: run(db, f"{sql} FROM entry WHERE kind = ?)", state, code, kind))
    ctx.events.publish("journal_acknowledged")


def test_every_fate_says_why_and_what_to_do_and_leads_there(clerk: Clerk, ctx: Context) -> None:
    number = receive(clerk)
    open_page(clerk)
    clerk.wait(lambda: kinds(clerk)[:1] == ["document_issued"])
    assert {row[4].text for row in shown(clerk)} == {"已存本机，待传"}
    assert "F1 导出应急文件" in said(clerk, "journal_todo")
    assert said(clerk, "journal_subject") == f"收件号　{number}"

    mark(ctx, "document_issued", "held", "hub.blob_missing")
    clerk.wait(lambda: shown(clerk)[0][4].text == "平台暂存：等扫描件")
    clerk.wait(lambda: "扫描件还没有传完" in said(clerk, "journal_reason"))
    assert "重新上传该材料的扫描件" in said(clerk, "journal_todo")
    mark(ctx, "case_received", "refused", "case.incomplete_record")
    clerk.press(Qt.Key.Key_Down)
    clerk.wait(lambda: "平台已收，未采用" in [row[4].text for row in shown(clerk)])
    clerk.wait(lambda: "按上面的原因更正后重新办理" in said(clerk, "journal_todo"))
    assert said(clerk, "journal_reason")
    clerk.wait(lambda: clerk.place.top.trouble.label.text() == "未采用 1 · 暂存 1")

    # The arrows narrow: to send, arrived, held, refused, conflict.
    for left in (
        ["visit_opened", "epoch_opened"],
        ["document_issued", "case_received"],
        ["document_issued"],
        ["case_received"],
    ):
        clerk.press(Qt.Key.Key_Right)
        clerk.wait(lambda left=left: kinds(clerk) == left)
    clerk.press(Qt.Key.Key_Right)
    clerk.wait(lambda: said(clerk, "journal_empty") == "没有冲突的记录。")
    clerk.press(Qt.Key.Key_Right)
    clerk.press(Qt.Key.Key_Right, SHIFT)
    clerk.wait(lambda: kinds(clerk) == ["case_received"])
    # By number: a few of its last characters are enough; Esc clears.
    clerk.press(Qt.Key.Key_F3)
    clerk.at("journal_number")
    clerk.type(number[-6:])
    clerk.enter()
    clerk.at("journal_table")
    clerk.wait(lambda: kinds(clerk) == ["case_received"])
    clerk.press(Qt.Key.Key_F3)
    clerk.type("ZZZ")
    clerk.enter()
    clerk.wait(lambda: "没有收件号含" in said(clerk, "journal_empty"))
    clerk.press(Qt.Key.Key_Escape)
    clerk.wait(lambda: kinds(clerk) == ["case_received"])
    # And the way there: the case, where the work goes on with F4.
    clerk.enter()
    clerk.wait(lambda: clerk.place.stack.currentWidget() is clerk.place.cases)
    clerk.wait(lambda: clerk.label("detail_number") == number)


def test_retry_verify_and_the_emergency_file_by_keys(
    clerk: Clerk, ctx: Context, tmp_path: Path
) -> None:
    open_page(clerk)
    hints = {hint.key for hint in page(clerk).hints()}
    assert hints >= {"← →", "Shift+← →", "F3", "F5", "F6", "F8", "F1", "Shift+F1", "Esc"}
    clerk.press(Qt.Key.Key_F5)
    clerk.wait(lambda: "已请平台连接重试" in notice(clerk))
    clerk.press(Qt.Key.Key_F8)
    clerk.wait(lambda: "流水完好：核对了 1 条" in notice(clerk))
    ((digest,),) = ctx.ledger.read(lambda db: rows(db, "SELECT hash FROM entry"))
    ctx.ledger.write(lambda db: run(db, "UPDATE entry SET hash = ?", "0" * 64))
    clerk.press(Qt.Key.Key_F8)
    clerk.wait(lambda: "流水在第 1 条" in notice(clerk))
    assert "立即报告值班长" in notice(clerk)
    ctx.ledger.write(lambda db: run(db, "UPDATE entry SET hash = ?", digest))

    # A machine that belongs to no hall has nobody to send a file to: it says so.
    clerk.press(Qt.Key.Key_F1)
    clerk.at("courier_path")
    clerk.type(str(tmp_path))
    clerk.enter()
    clerk.wait(lambda: "登记" in page(clerk).courier.notice.text())
    assert not list(tmp_path.glob("*.ycf"))
    ctx.enrolment._keep(enrolment(ctx))
    clerk.enter()
    clerk.wait(lambda: "请安全弹出 U 盘" in notice(clerk))
    (written,) = tmp_path.glob("*.ycf")
    assert written.name in notice(clerk)
    assert "记录 1 条" in notice(clerk)
    clerk.at("journal_table")
    # What is no answer is said beside the path, and nothing was taken over.
    clerk.press(Qt.Key.Key_F6)
    clerk.at("courier_path")
    clerk.type(str(written))
    clerk.enter()
    clerk.wait(lambda: "应由平台导入" in page(clerk).courier.notice.text())
    clerk.press(Qt.Key.Key_Escape)
    clerk.at("journal_table")
    assert ctx.journal.status().waiting == 1
    # Nobody to call: nothing goes to paper.
    clerk.press(Qt.Key.Key_F1, SHIFT)
    clerk.wait(lambda: "没有须电话告知的办件" in clerk.label("phone_count"))
    clerk.enter()
    clerk.at("journal_table")
    assert ctx.printing.queues["a4_printer"].next_job() is None


def test_the_phone_list_goes_to_the_a4_printer_and_is_not_kept(clerk: Clerk, ctx: Context) -> None:
    receive(clerk)
    clerk.press(Qt.Key.Key_F1, SHIFT)
    clerk.at("phone_panel")
    clerk.wait(lambda: "共 1 件须告知" in clerk.label("phone_count"))
    queue = ctx.printing.queues["a4_printer"]
    assert queue.next_job() is None, "the key that opens prints nothing"
    clerk.enter()
    clerk.wait(lambda: "电话单已送打印机，共 1 件" in notice(clerk))
    job = queue.next_job()
    assert job is not None
    assert job.title == "phone-list"
    assert job.data.startswith(b"%PDF")
    queue.report(job.id, "printed", "")
    clerk.wait(lambda: "电话单已打印" in notice(clerk))
    assert all(not data for _, data in ctx.printing._storages[1]._loose.values())


def test_pages_follow_one_another_and_only_one_is_held(clerk: Clerk, ctx: Context) -> None:
    def fill(db: peewee.Database) -> None:
        db.connection().executemany(
            "INSERT INTO entry (epoch, seq, hash, record_id, action_id, kind, aggregate_id,"
            " header, payload, written_at, acknowledged, state, code, since, due) VALUES"
            " ('many', ?, ?, ?, '', 'visit_opened', 'g', x'00', x'00', 1, 0, 'waiting', '', 1, '')",
            ((n, f"{n:064x}", f"r{n}") for n in range(1, 2 * PAGE + 51)),
        )

    ctx.ledger.write(fill)
    open_page(clerk)
    table = page(clerk).table
    clerk.wait(lambda: len(table.lines) == PAGE)
    clerk.wait(lambda: said(clerk, "journal_place") == "第 1–200 条，共 451 条，新的在前")
    assert table.lines[0].seq == 2 * PAGE + 50
    clerk.press(Qt.Key.Key_End)
    clerk.press(Qt.Key.Key_Down)
    clerk.wait(lambda: "第 201–400 条" in said(clerk, "journal_place"))
    assert (len(table.lines), table.row()) == (PAGE, 0)
    clerk.press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    clerk.wait(lambda: "第 401–451 条" in said(clerk, "journal_place"))
    clerk.press(Qt.Key.Key_End)
    clerk.press(Qt.Key.Key_Down)
    clerk.press(Qt.Key.Key_Home)
    clerk.press(Qt.Key.Key_Up)
    clerk.wait(lambda: "第 201–400 条" in said(clerk, "journal_place"))
    assert table.row() == PAGE - 1
    # What happens meanwhile neither moves the page nor the selected row.
    record = table.line()
    ctx.events.publish("journal_acknowledged")
    clerk.qtbot.wait(700)
    assert table.line() == record


def test_a_late_answer_of_another_page_never_takes_the_keyboard(clerk: Clerk) -> None:
    open_page(clerk)
    # What the work page does when a save returns that its clerk did not wait for.
    clerk.place.work.start()
    clerk.at("journal_table")
    clerk.press(Qt.Key.Key_Escape)
    assert clerk.place.work.isVisible()
    assert clerk.place.work.isAncestorOf(clerk.focus())


def enrolment(ctx: Context) -> Enrolment:
    """What this machine would have learnt of a hub."""
    return Enrolment(
        protocol=PROTOCOL_VERSION,
        nonce=b"",
        terminal_id=ctx.keys.terminal_id,
        terminal_number="03",
        hall_id="hall",
        hall_name="某某市政务服务中心",
        region="2101",
        public_url="http://127.0.0.1",
        hub_key=STANDARD.public_key(STANDARD.new_private_key()),
        recovery_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
        hub_time=0,
    )
