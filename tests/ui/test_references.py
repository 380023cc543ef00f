"""The Qt that is locked counts Python's references right.

PySide6 6.12.0 on Python before 3.12 loses a reference to None in every call that returns
nothing: after some thousand calls the interpreter ends in `none_dealloc`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

CALLS = 1000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_that_return_nothing_lose_no_reference(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    calls: list[Callable[[], object]] = [
        lambda: label.setText("一窗"),
        label.update,
        label.parent,
        QApplication.processEvents,
    ]
    before = sys.getrefcount(None)
    for call in calls:
        for _ in range(CALLS):
            call()
    assert sys.getrefcount(None) > before - CALLS // 2
