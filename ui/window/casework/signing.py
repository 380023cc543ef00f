"""Signing for one paper, and for originals that go back."""

from __future__ import annotations

from PySide6.QtGui import QImage

from terminal.domain.parties import Party
from terminal.services.casework.collecting import Collection
from terminal.services.views import DocumentView
from ui.widgets.basics import Label
from ui.window.casework.acts import SIGNED_BY_RECEIVER, CaseAct
from ui.window.casework.clerking import Call, CaseFile, Clerking
from ui.window.casework.parts import Tick, Ticks
from ui.window.casework.signature import SignatureRequest
from ui.window.casework.signed_form import SignedForm


class SignForm(SignedForm):
    """文书签收: the paper that is selected, shown to the citizen as it is printed."""

    act = CaseAct.SIGN

    def __init__(self, clerking: Clerking) -> None:
        self.document: DocumentView | None = None
        self._picture: QImage | None = None
        self._looking = self._asked = False
        super().__init__(clerking)

    def build(self) -> None:
        self.paper = Label("", "strong", wrap=True, object_name="sign_paper")
        self.add_widget(self.paper)
        self.signer = self.line("signer", most=60)
        self.add_signature()

    def choose(self, document: DocumentView | None) -> None:
        """Say which paper is selected; the newest that wants a signature otherwise."""
        self.document = document

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        wanted = [one for one in file.documents if one.kind in SIGNED_BY_RECEIVER]
        if self.document is None or self.document.kind not in SIGNED_BY_RECEIVER:
            self.document = wanted[-1]
        self.signer.set_text(file.case.visitor.name or file.case.applicant.name)
        title = self.texts(f"window.document.{self.document.kind}")
        self.paper.say(self.texts("casework.sign.paper", title=title, number=self.document.number))
        self._picture = None
        self._looking, self._asked = True, False
        ctx, document_id = self.clerking.ctx, self.document.document_id

        def look() -> QImage:
            from ui.window.preview import page_of

            return page_of(ctx.documents.render(ctx.documents.document(document_id), "png"))

        self.clerking.bridge.read(
            self, look, done=self._on_picture, failed=lambda _: self._on_picture(QImage())
        )

    def ask(self) -> None:
        """Ask once the paper's picture is there: nobody signs what is not shown."""
        if self._looking:
            self._asked = True
        else:
            super().ask()

    def words(self) -> tuple[str, ...]:
        assert self.document is not None
        title = self.texts(f"window.document.{self.document.kind}")
        return (self.texts("casework.sign.signing", title=title, number=self.document.number),)

    def request(self) -> SignatureRequest:
        assert self.file is not None
        assert self.document is not None
        return SignatureRequest(
            self.texts(f"window.document.{self.document.kind}"), self.words(),
            self.file.case.receipt_number, self.document.digest, self._picture,
        )  # fmt: skip

    def call(self) -> Call:
        assert self.document is not None
        ctx, document_id = self.clerking.ctx, self.document.document_id
        signer, strokes = self.signer.text(), self.strokes
        reason, witness = self.not_signed(), self.witness.text()
        if strokes:
            return lambda: ctx.signing.sign(document_id, strokes, signer)
        return lambda: ctx.signing.not_signed(document_id, signer, reason, witness)

    def leave(self) -> None:
        super().leave()
        self._picture = None
        self._looking = self._asked = False

    def _on_picture(self, picture: QImage) -> None:
        if self.isHidden() or not self._looking:
            return
        self._looking = False
        self._picture = None if picture.isNull() else picture
        if self._asked:
            self._asked = False
            self.ask()


class OriginalsForm(SignedForm):
    """归还原件: what was kept goes back to its owner, who signs for it."""

    act = CaseAct.ORIGINALS

    def build(self) -> None:
        self.kept = Ticks("originals_kept", self.texts("casework.originals.kept"), self.texts)
        self.add_part(self.kept, lambda: self.missing(self.kept))
        self.receiver = self.line("receiver", most=60)
        self.add_signature()

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        ticks = [
            Tick(entry.material_id,
                 self.texts("window.end.original", name=entry.name, count=max(entry.count, 1)))
            for entry in file.case.kept_originals
        ]  # fmt: skip
        self.kept.show_ticks(ticks, [tick.id for tick in ticks])
        self.receiver.set_text(file.case.applicant.name)

    def words(self) -> tuple[str, ...]:
        assert self.file is not None
        case, chosen = self.file.case, self.kept.ticked()
        names = self.texts("window.list").join(
            self.texts("window.end.original", name=entry.name, count=max(entry.count, 1))
            for entry in case.kept_originals
            if entry.material_id in chosen
        )
        return (
            self.texts("casework.originals.signing", receiver=self.receiver.text(),
                       number=case.receipt_number, names=names),
        )  # fmt: skip

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, action = self.clerking.ctx, self.clerking.session, self.action_id
        collection = Collection(
            (), Party(self.receiver.text()), "", self.words(),
            {self.file.case.case_id: self.kept.ticked()}, self.strokes, self.not_signed(),
            self.witness.text(),
        )  # fmt: skip
        return lambda: ctx.collecting.hand_over(collection, session, action)
