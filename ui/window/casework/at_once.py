"""Signing for the papers of an act that has just been done, without leaving the work page."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from terminal.services.views import DocumentView, Saved
from ui.bridge import Failure
from ui.widgets.basics import column
from ui.window.casework.clerking import CaseFile, Clerking, read_file
from ui.window.casework.signing import SignForm, to_be_signed


class SignAtOnceForm(SignForm):
    """Asks the citizen when it opens; the citizen's own touch records it, without a key."""

    def __init__(self, clerking: Clerking) -> None:
        self.receipt_number = ""
        super().__init__(clerking)
        self.setObjectName("form_sign_at_once")

    def open(self, file: CaseFile) -> None:
        super().open(file)
        self.how.setFocus()
        self.ask()

    def number(self) -> str:
        return self.receipt_number

    def on_signed(self) -> None:
        self.do()

    def done_words(self, _result: Any) -> str:
        return self.texts("casework.sign.done", number=self.receipt_number)


class SigningCard(QWidget):
    """Stands in the middle while the citizen signs; `offered` are the papers that wait for it.

    Nobody has to take the offer: it goes with the next matter or the visit's end. `ended` says
    in a sentence what was recorded, and whether it is a signature or the reason for none.
    """

    opened = Signal()
    closed = Signal()
    ended = Signal(str, bool)
    failed = Signal(Failure)
    to_be_seen = Signal(QWidget)

    def __init__(self, clerking: Clerking) -> None:
        super().__init__()
        self.setObjectName("signing_card")
        self._clerking = clerking
        self._case_id = self._number = ""
        self.offered: tuple[DocumentView, ...] = ()
        self.form: SignAtOnceForm | None = None
        self._place = column(None, gap=0, to=self)
        self.hide()

    def offer(self, saved: Saved) -> None:
        """Offer what was issued just now and names its receiver's signature."""
        self.forget()
        self.offered = to_be_signed(saved.documents)
        self._number = saved.case.receipt_number
        self._case_id = saved.parts[0].case_id if saved.parts else saved.case.case_id

    def forget(self) -> None:
        """The visitor has gone on: nothing is offered any more, and nothing is asked."""
        self.close_form()
        self.offered = ()

    def open(self) -> None:
        """Ask the citizen to read and sign; the form comes when the case has been read."""
        clerking, offered = self._clerking, self.offered
        if offered:
            clerking.bridge.read(
                self, read_file, clerking.ctx, self._case_id,
                done=partial(self._on_file, offered), failed=self.failed.emit,
            )  # fmt: skip

    def close_form(self) -> None:
        """Take back what is asked of the citizen; nothing was signed."""
        if self.form is not None and not self.form.isHidden():
            self.form.leave()
            self.form.hide()
        self.hide()

    def to_confirm(self) -> None:
        """The form's key in one of its fields: go to the confirming row."""
        if self.form is not None:
            self.form.to_confirm()

    def _on_file(self, offered: tuple[DocumentView, ...], file: CaseFile) -> None:
        if offered is not self.offered:
            return
        form = self.form = self.form or self._made()
        form.receipt_number = self._number
        form.choose(*offered)
        self.show()
        self.opened.emit()
        form.open(msgspec.structs.replace(file, documents=offered))

    def _made(self) -> SignAtOnceForm:
        """Make the form when it is wanted for the first time."""
        form = SignAtOnceForm(self._clerking)
        form.finished.connect(self._on_finished)
        form.to_be_seen.connect(self.to_be_seen)
        self._place.insertWidget(0, form)
        return form

    def _on_finished(self, words: str) -> None:
        signed = self.form is not None and bool(self.form.strokes)
        self.forget()
        self.closed.emit()
        self.ended.emit(words, signed)
