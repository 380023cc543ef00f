"""Forms that end with a signature on the citizen's screen, or with the reason for none."""

from __future__ import annotations

from abc import abstractmethod

from terminal.domain.records import BY_POST
from terminal.services.casework.signing import digest_of
from ui.widgets.basics import StateLabel
from ui.widgets.fields import Field
from ui.window.casework.clerking import CaseFile, Clerking
from ui.window.casework.form import CaseForm
from ui.window.casework.parts import Part, Pick
from ui.window.casework.signature import SignatureRequest

ON_SCREEN, NOT_SIGNED = "screen", "none"
REASONS = ("refused", "cannot", "device")
"""Why nobody signed: refused, cannot write (fingerprint or read aloud), the device failed."""

POST = "post"
"""Nobody signs here for a paper that goes out by post."""


class SignedForm(CaseForm):
    """What was signed is what stands in the form: a change afterwards asks for it again."""

    reasons: tuple[str, ...] = REASONS
    how: Pick
    reason: Pick
    witness: Field

    def __init__(self, clerking: Clerking) -> None:
        self.strokes = b""
        self._shown: tuple[str, ...] = ()
        self._signed: tuple[str, ...] = ()
        super().__init__(clerking)

    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """Return the sentences that the citizen reads and signs."""

    def request(self) -> SignatureRequest:
        """Return what the citizen's screen shows."""
        assert self.file is not None
        words = self.words()
        return SignatureRequest(
            self.texts(f"casework.{self.act.value}.signing_title"), words,
            self.file.case.receipt_number, digest_of(words),
        )  # fmt: skip

    def add_signature(self) -> None:
        """Add the parts of the signature below the others."""
        texts, slug = self.texts, self.act.value
        self.how = Pick(
            f"{slug}_how", texts("casework.signature.how"),
            [(one, texts(f"casework.signature.how_{one}")) for one in (ON_SCREEN, NOT_SIGNED)],
        )  # fmt: skip
        self.how.chosen.connect(self._on_how)
        self.add_part(self.how, self._check_how)
        self.state = StateLabel("signature", "", "muted")
        self.state.setObjectName(f"{slug}_signature")
        self.add_widget(self.state)
        self.reason = Pick(
            f"{slug}_reason", texts("casework.signature.reason"),
            [(one, texts(f"casework.signature.reason_{one}")) for one in self.reasons],
        )  # fmt: skip
        self.add_part(
            self.reason, lambda: "" if self.reason.value() else texts("casework.choose_one")
        )
        self.witness = Field(f"{slug}_witness", texts("casework.signature.witness"), max_length=60)
        self.add_part(self.witness, lambda: self.missing(self.witness))
        self._show_signature()

    def not_signed(self) -> str:
        """Return the reason in words when nobody signed."""
        if self.how.value() != NOT_SIGNED:
            return ""
        if self.reason.value() == POST:
            return BY_POST
        return self.texts(f"casework.signature.reason_{self.reason.value()}")

    def fill(self, file: CaseFile) -> None:
        self.strokes, self._shown, self._signed = b"", (), ()
        self.how.set_value(ON_SCREEN)
        self.reason.set_value("")
        self.witness.set_text("")
        self._show_signature()

    def leave(self) -> None:
        self.strokes, self._shown, self._signed = b"", (), ()
        self.clerking.signatures.take_back()

    def ask(self) -> None:
        """Have the citizen's screen ask for the signature; other words are asked for anew."""
        words = self.words()
        if self.clerking.signatures.request is None or words != self._shown:
            self.strokes, self._shown, self._signed = b"", words, ()
            self.clerking.signatures.ask(self.request(), self._on_signed, self._on_refused)
            self._show_signature()

    def _check_how(self) -> str:
        if not self.how.value():
            return self.texts("casework.choose_one")
        if self.how.value() == NOT_SIGNED or (self.strokes and self._signed == self.words()):
            return ""
        if not all(
            self._whole(part, check)
            for part, check in self.parts
            if self.wanted(part) and part not in (self.how, self.reason, self.witness)
        ):
            return ""
        changed = bool(self.strokes)
        self.ask()
        return self.texts("casework.signature.again" if changed else "casework.signature.waiting")

    def soften(self, part: Part) -> None:
        if part is self.how and self.clerking.signatures.request is not None:
            # Nothing is wrong: the citizen is reading.
            self.how.complain(self.how.error.text(), "muted")

    def _on_how(self, how: str) -> None:
        if how == NOT_SIGNED:
            self.leave()
        self._show_signature()

    def _on_signed(self, strokes: bytes) -> None:
        # What stood on the screen is what was signed, whatever stands here by now.
        self.strokes, self._signed = strokes, self._shown
        self.how.set_value(ON_SCREEN)
        self._show_signature()
        self.on_signed()

    def on_signed(self) -> None:
        """Go on when the citizen has signed."""
        self.to_confirm()

    def _on_refused(self) -> None:
        self.strokes, self._signed = b"", ()
        self.how.set_value(NOT_SIGNED)
        self._show_signature()
        self.say(self.texts("casework.signature.refused"), "warning")
        self.reason.setFocus()

    def _show_signature(self) -> None:
        none = self.how.value() == NOT_SIGNED
        self.reason.setVisible(none)
        self.witness.setVisible(none)
        asking = self.clerking.signatures.request is not None
        if none:
            looks = ("circle-alert", "none", "warning")
        elif self.strokes:
            looks = ("circle-check", "signed", "good")
        elif asking:
            looks = ("hourglass", "asking", "accent")
        else:
            looks = ("signature", "open", "muted")
        self.state.say(looks[0], self.texts(f"casework.signature.state_{looks[1]}"), looks[2])
