"""Papers that no printer prints: the outcome and the devices page say what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.conftest import Clerk


def test_a_missing_a4_printer_is_named_where_the_paper_waits(clerk: Clerk) -> None:
    context = clerk.program.bridge.ctx
    assert context is not None
    context.start_devices()
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(3)
    clerk.enter()
    clerk.fill_form()
    clerk.press(Qt.Key.Key_F12)
    clerk.wait(lambda: "未配置 A4 打印机" in clerk.label("outcome_detail"))
    assert "技术人员" in clerk.label("outcome_detail")
    clerk.place.show_page("devices")
    page = clerk.place.pages["devices"]
    clerk.wait(lambda: any(label.text().startswith("未配置 A4") for label in labels(page)))


def labels(page: QWidget) -> list[QLabel]:
    return page.findChildren(QLabel)
