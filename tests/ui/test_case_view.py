"""The case page says who compared a copy with its original, and from which paper it was entered."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from terminal.domain.catalogue import Fate
from terminal.services import drafts
from terminal.services.views import HandwrittenReceipt, Role
from tests.ui.conftest import PASSWORD, Clerk
from tests.ui.desk_cases import Cases


def test_the_case_page_names_the_checker_and_the_handwritten_receipt(clerk: Clerk) -> None:
    cases = Cases(clerk)
    ctx, now = cases.ctx, cases.ctx.clock.now().corrected
    draft = cases.draft()
    form = msgspec.structs.replace(draft.materials["form"], fate=Fate.ORIGINAL_SEEN_COPY_KEPT)
    draft = drafts.with_material(draft, form)
    compared = ctx.intake.accept(draft, cases.session).case.case_id
    cases.open(compared)
    assert any("验原件，留复印件（王芳 " in one for one in said(cases))
    assert "复印件核对单" in said(cases)
    clerk.press(Qt.Key.Key_Escape)
    ctx.staff.add("zhao", "赵敏", PASSWORD, Role.SUPERVISOR)
    paper = HandwrittenReceipt("S-0009", now - 3_600_000)
    late = msgspec.structs.replace(cases.draft(), paper=paper)
    entered = ctx.intake.enter_late(late, cases.session, "zhao", PASSWORD).case.case_id
    cases.open(entered)
    assert "S-0009，赵敏复核" in said(cases)


def said(cases: Cases) -> list[str]:
    return [label.text() for label in cases.page.findChildren(QLabel) if label.isVisible()]
