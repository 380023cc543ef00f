"""Signing for one paper, and for originals that go back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QImage

from terminal.domain.parties import Party
from terminal.services.casework.collecting import Collection
from terminal.services.casework.signing import digest_of
from terminal.services.views import DocumentView
from ui.widgets.basics import Label
from ui.window.casework.acts import SIGNED_BY_RECEIVER, CaseAct
from ui.window.casework.clerking import Call, CaseFile, Clerking
from ui.window.casework.parts import Check, Part, Tick, Ticks
from ui.window.casework.signature import SignatureRequest
from ui.window.casework.signed_form import POST, REASONS, SignedForm

OWN_HAND = frozenset({"undertaking", "commitment", "withdrawal"})
"""Papers in which the applicant himself declares something: nobody is served with them."""


def to_be_signed(documents: Sequence[DocumentView]) -> tuple[DocumentView, ...]:
    """Return the papers that name their receiver's signature."""
    return tuple(one for one in documents if one.kind in SIGNED_BY_RECEIVER)


class SignForm(SignedForm):
    """文书签收: the papers that are chosen, shown to the citizen as they are printed.

    For one who is not here they go by post (邮寄送达).
    """

    act = CaseAct.SIGN
    reasons = (*REASONS, POST)

    def __init__(self, clerking: Clerking) -> None:
        self.documents: tuple[DocumentView, ...] = ()
        self._picture: QImage | None = None
        self._looking = self._asked = False
        super().__init__(clerking)

    def build(self) -> None:
        self.paper = Label("", "strong", wrap=True, object_name="sign_paper")
        self.add_widget(self.paper)
        self.signer = self.line("signer", most=60)
        self.add_signature()
        self.reason.chosen.connect(lambda _: self._name_witness())

    def choose(self, *documents: DocumentView) -> None:
        """Say which papers are selected; the newest that wants a signature otherwise."""
        self.documents = to_be_signed(documents)

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        self.documents = self.documents or to_be_signed(file.documents)[-1:]
        self._name_witness()
        self.signer.set_text(file.case.visitor.name or file.case.applicant.name)
        names = [
            self.texts("casework.sign.paper", title=self._title(one), number=one.number)
            for one in self.documents
        ]
        self.paper.say("\n".join(names))
        self._picture = None
        self._looking, self._asked = True, False
        ctx, ids = self.clerking.ctx, [one.document_id for one in self.documents]

        def look() -> QImage:
            from ui.window.preview import below_each_other, page_of

            return below_each_other(
                [page_of(ctx.documents.render(ctx.documents.document(one), "png")) for one in ids]
            )

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
        return tuple(
            self.texts("casework.sign.signing", title=self._title(one), number=one.number)
            for one in self.documents
        )

    def request(self) -> SignatureRequest:
        titles = self.texts("window.list").join(self._title(one) for one in self.documents)
        digests = [one.digest for one in self.documents]
        digest = digests[0] if len(digests) == 1 else digest_of(digests)
        return SignatureRequest(titles, self.words(), self.number(), digest, self._picture)

    def number(self) -> str:
        """Return the receipt number that stands above what is signed."""
        assert self.file is not None
        return self.file.case.receipt_number

    def call(self) -> Call:
        signing, action = self.clerking.ctx.signing, self.action_id
        ids = tuple(one.document_id for one in self.documents)
        signer, strokes = self.signer.text(), self.strokes
        if strokes:
            return lambda: signing.sign(ids, strokes, signer, action)
        reason, witness = self.not_signed(), self.witness.text()
        return lambda: signing.not_signed(ids, signer, reason, witness, action)

    def check_of(self, part: Part, check: Check | None) -> str:
        """Nobody promises or withdraws anything by post."""
        posted = part is self.reason and self.reason.value() == POST
        if posted and any(one.kind in OWN_HAND for one in self.documents):
            return self.texts("casework.sign.own_hand")
        return super().check_of(part, check)

    def _name_witness(self) -> None:
        """Ask for who posts the papers, usually the clerk, in the place of a witness."""
        posted, clerk = self.reason.value() == POST, self.clerking.session.name
        self.witness.name_as(
            self.texts("casework.signature.sender" if posted else "casework.signature.witness")
        )
        if posted and not self.witness.text():
            self.witness.set_text(clerk)
        elif not posted and self.witness.text() == clerk:
            self.witness.set_text("")

    def _title(self, document: DocumentView) -> str:
        return self.texts(f"window.document.{document.kind}")

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
