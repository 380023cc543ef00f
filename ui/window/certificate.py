"""An electronic certificate in place of a paper: how far it can be relied on, and its number."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal

from terminal.domain.catalogue import Way
from terminal.domain.certificates import LONGEST_NUMBER, settled_by
from terminal.domain.parties import TrustGrade
from terminal.texts import Texts
from ui.widgets.basics import Card, Label
from ui.widgets.fields import Choice, Field


class CertificatePanel(Card):
    """Shown below the materials while a certificate is recorded; a digit chooses its grade.

    `recorded` carries the grade and the number, which may be empty. No picture of the
    certificate is taken: it lies with the organ that issued it.
    """

    recorded = Signal(TrustGrade, str)

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=6, margin=12)
        self.setObjectName("certificate_panel")
        self._texts = texts
        self._ways: Collection[Way] = ()
        self._title = Label("", "strong")
        self.grade = Choice(
            "certificate_grade",
            texts("window.certificate.grade"),
            [(one.value, texts(f"window.certificate.{one.name.lower()}")) for one in TrustGrade],
            numbered=True,
            vertical=True,
            walks=True,
        )
        self.number = Field(
            "certificate_number",
            texts("window.certificate.number"),
            hint=texts("window.certificate.number_hint"),
            max_length=LONGEST_NUMBER,
        )
        self.add(self._title, self.grade, self.number)
        self.grade.chosen.connect(self._on_chosen)
        self.grade.moved_on.connect(self._on_grade)
        self.number.moved_on.connect(self._on_number)
        self.number.moved_back.connect(self.grade.setFocus)

    def open_for(
        self, name: str, ways: Collection[Way], grade: TrustGrade | None, number: str
    ) -> None:
        """Begin to ask for the certificate of a material, with what was recorded before."""
        self._ways = ways
        self._title.say(self._texts("window.certificate.title", name=name))
        self.grade.set_value(grade.value if grade is not None else "")
        self.number.set_text(number)
        self.number.complain("")
        self.show()
        self.grade.setFocus()

    def _on_chosen(self, _: str) -> None:
        self.number.complain("")

    def _on_grade(self) -> None:
        if not self.grade.value():
            self.number.complain(self._texts("window.certificate.grade_missing"))
        elif self._stands():
            self.number.setFocus()

    def _on_number(self) -> None:
        if not self.grade.value():
            self._on_grade()
            self.grade.setFocus()
        elif self._stands():
            self.recorded.emit(TrustGrade(self.grade.value()), self.number.text())

    def _stands(self) -> bool:
        """Say whether the chosen grade is enough here, and why not."""
        way, _ = settled_by(TrustGrade(self.grade.value()))
        stands = way in self._ways
        self.number.complain("" if stands else self._texts("window.certificate.not_enough"))
        return stands
