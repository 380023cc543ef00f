"""A case whose personal part was wiped: list and page say so, and nothing crashes."""

from __future__ import annotations

import msgspec
import peewee
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from terminal.domain.case import Case
from terminal.store import aggregates
from tests.ui.conftest import Clerk

WORDS = "个人信息已按保存期限从本机清除"


def test_list_and_page_of_a_wiped_case_say_so(clerk: Clerk) -> None:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    clerk.greet(name="刘䶮")
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(3)
    clerk.enter()
    clerk.fill_form()
    clerk.press(Qt.Key.Key_F12)
    clerk.wait(lambda: clerk.cases() == 1)
    case_id = ctx.cases.mine(clerk.place.session)[0].case_id

    def give_away(db: peewee.Database) -> None:
        """The hub has had all of it for long, and it is another terminal's case."""
        case = aggregates.load(db, case_id)
        assert isinstance(case, Case)
        aggregates.save(db, msgspec.structs.replace(case, origin="another"))
        db.execute_sql("UPDATE entry SET acknowledged = 1, state = 'applied', since = 0")

    ctx.ledger.write(give_away)
    assert ctx.retention.run().cases == 1
    clerk.place.show_page("cases")
    page = clerk.place.pages["cases"]
    model = page.table.model()  # type: ignore[attr-defined]
    clerk.wait(lambda: model.rowCount() == 1)
    cells = [model.index(0, column).data() for column in range(model.columnCount())]
    assert "已按期清除" in cells
    clerk.enter()
    clerk.wait(lambda: any(WORDS in label.text() for label in page.findChildren(QLabel)))
    assert not any("刘䶮" in label.text() for label in page.findChildren(QLabel))
