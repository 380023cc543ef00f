"""Choices at the desk as pictures: a commitment, a certificate, signing right after an act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from terminal.services import drafts
from terminal.services.views import Act
from ui.citizen.screen import CitizenScreen
from ui.window.frame import Workplace

INSURANCE = "512036001002-511602000000-000-11511301MB15537661-1-00"
"""A sample item with a proof that a commitment or a certificate may replace."""

ANSWER = ("insured_as", "flexible")
PROOF = "household_register"


class ChoicesScene:
    """Goes through one matter of the visitor who is at the desk, and accepts it.

    `fill` puts in all that lacks of a draft.
    """

    def __init__(
        self,
        place: Workplace,
        citizen: CitizenScreen,
        draw: Callable[[QWidget, str], Path],
        settle: Callable[[Callable[[], bool]], None],
        fill: Callable[[], None],
    ) -> None:
        self._place, self._citizen = place, citizen
        self._window = place.window()
        self._draw, self._settle, self._fill = draw, settle, fill

    def play(self) -> Iterator[Path]:
        """Draw all of it, one file after the other."""
        desk = self._place.desk
        desk.choose(INSURANCE)
        self._settle(lambda: desk.now.review is not None)
        assert desk.now.draft is not None
        desk.change(drafts.with_answer(desk.now.draft, *ANSWER))
        self._settle(lambda: desk.fresh)
        yield from self._commitment()
        yield from self._certificate()
        self._fill()
        desk.act(Act.ACCEPT)
        self._settle(lambda: desk.now.review is None)
        yield from self._signing()

    def _ask(self, key: Qt.Key) -> None:
        """Press a key on the proof's row."""
        materials = self._place.work.path.materials
        self._place.work.path.go("materials")
        names = [row.objectName() for row in materials.list.rows]
        materials.list.select(names.index(f"material_{PROOF}"))
        materials.list.pressed.emit(key)

    def _commitment(self) -> Iterator[Path]:
        path, terms = self._place.work.path, self._citizen.terms
        self._ask(Qt.Key.Key_C)
        path.area.reveal(path.materials.commitment)
        yield self._draw(self._window, "work-commitment")
        yield self._draw(self._citizen, "citizen-commitment")
        while not terms.more.isHidden():
            terms.more.click()
        yield self._draw(self._citizen, "citizen-commitment-end")
        path.materials.escape()

    def _certificate(self) -> Iterator[Path]:
        path = self._place.work.path
        panel = path.materials.certificate
        self._ask(Qt.Key.Key_E)
        path.area.reveal(panel)
        yield self._draw(self._window, "work-certificate")
        panel.grade.moved_on.emit()
        path.area.reveal(panel)
        yield self._draw(self._window, "work-certificate-error")
        path.materials.escape()

    def _signing(self) -> Iterator[Path]:
        signing, signatures = self._place.work.day.signing, self._place.signatures
        signing.open()
        self._settle(lambda: signatures.request is not None)
        yield self._draw(self._window, "work-sign-at-once")
        self._citizen.signing.hand_over.begin.click()
        yield self._draw(self._citizen, "citizen-sign-at-once")
        self._place.work.day.close()
