"""Asking the citizen for a signature: what is shown there, and what comes back; one at a time."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage


class SignatureRequest(msgspec.Struct, frozen=True):
    """What the citizen reads and signs.

    `words` are the sentences, `number` the receipt number, `picture` the paper's preview where
    there is one; `done` is the word on the signing button, empty for the usual one. `digest`
    is what the signature is bound to.
    """

    title: str
    words: tuple[str, ...]
    number: str
    digest: str = ""
    picture: QImage | None = None
    done: str = ""
    refuse: str = ""


class SignatureDesk(QObject):
    """Carries a request to the citizen's screen and the answer back; GUI thread only.

    Nobody at the clerk's side can answer for the citizen: only the screen calls `signed`.
    """

    wanted = Signal(object)
    taken_back = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request: SignatureRequest | None = None
        self._signed: Callable[[bytes], None] | None = None
        self._refused: Callable[[], None] | None = None

    def ask(
        self,
        request: SignatureRequest,
        signed: Callable[[bytes], None],
        refused: Callable[[], None],
    ) -> None:
        """Show a request; an earlier one that is still open gives way."""
        self.take_back()
        self.request, self._signed, self._refused = request, signed, refused
        self.wanted.emit(request)

    def take_back(self) -> None:
        """Close what is shown; nothing of it was signed."""
        if self.request is not None:
            self._forget()
            self.taken_back.emit()

    def signed(self, strokes: bytes) -> None:
        """The citizen has signed: `strokes` is a PNG picture."""
        answer = self._signed
        self._forget()
        if answer is not None:
            answer(strokes)

    def refused(self) -> None:
        """The citizen does not sign."""
        answer = self._refused
        self._forget()
        if answer is not None:
            answer()

    def _forget(self) -> None:
        self.request = self._signed = self._refused = None
