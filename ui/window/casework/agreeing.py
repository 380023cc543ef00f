"""送达地址及方式确认书: the way of delivery that the applicant chooses and signs."""

from __future__ import annotations

from terminal.domain.records import DeliveryWay
from terminal.services.casework.collecting import Agreement
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.parts import Check, Part
from ui.window.casework.signed_form import NOT_SIGNED, SignedForm

WAYS = (DeliveryWay.WINDOW, DeliveryWay.COURIER, DeliveryWay.ELECTRONIC)


class AgreeForm(SignedForm):
    """At the window, by courier, or electronically with the applicant's signed consent only."""

    act = CaseAct.AGREE

    def build(self) -> None:
        self.way = self.pick("way", tuple(way.value for way in WAYS))
        self.way.chosen.connect(self._on_way)
        self.consent = self.pick("consent", ("yes", "no"))
        self.parts[-1] = (self.consent, self._check_consent)
        self.recipient = self.line("recipient", most=60)
        self.address = self.line("address", most=200)
        self.phone = self.line("phone", most=40)
        self.add_signature()

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        case, choice = file.case, file.case.delivery_choice
        self.way.set_value(choice.way.value if choice else DeliveryWay.WINDOW.value)
        self.consent.set_value("")
        self.recipient.set_text(
            choice.recipient if choice and choice.recipient else case.applicant.name
        )
        self.address.set_text(
            choice.address if choice and choice.address else case.applicant.address
        )
        self.phone.set_text((choice.phone if choice else "") or case.applicant.phone)
        self._on_way(self.way.value())

    def words(self) -> tuple[str, ...]:
        assert self.file is not None
        texts, case, chosen = self.texts, self.file.case, self._chosen()
        what = texts("casework.agree.signing", item=case.item_name, number=case.receipt_number)
        how = texts(
            f"casework.agree.signing_{self.way.value()}", recipient=chosen.recipient,
            address=chosen.address, phone=chosen.phone,
        )  # fmt: skip
        return (what, how)

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        agreement, action = self._chosen(signed=True), self.action_id
        return lambda: ctx.collecting.agree(case_id, agreement, session, action)

    def check_of(self, part: Part, check: Check | None) -> str:
        """Electronic delivery needs the signature itself: nobody consents by silence."""
        unsigned = part is self.how and self.how.value() == NOT_SIGNED
        if unsigned and self.way.value() == DeliveryWay.ELECTRONIC.value:
            return self.texts("casework.agree.electronic_signed")
        return super().check_of(part, check)

    def _chosen(self, *, signed: bool = False) -> Agreement:
        assert self.file is not None
        way = DeliveryWay(self.way.value())
        elsewhere = way is not DeliveryWay.WINDOW
        return Agreement(
            way=way,
            signer=self.file.case.visitor.name or self.file.case.applicant.name,
            words=self.words() if signed else (),
            consent=self.consent.value() == "yes",
            recipient=self.recipient.text() if elsewhere else "",
            address=self.address.text() if way is DeliveryWay.COURIER else "",
            phone=self.phone.text() if elsewhere else "",
            strokes=self.strokes,
            not_signed=self.not_signed(),
            witness=self.witness.text(),
        )

    def _on_way(self, way: str) -> None:
        self.consent.setVisible(way == DeliveryWay.ELECTRONIC.value)
        self.recipient.setVisible(way != DeliveryWay.WINDOW.value)
        self.address.setVisible(way == DeliveryWay.COURIER.value)
        self.phone.setVisible(way != DeliveryWay.WINDOW.value)

    def _check_consent(self) -> str:
        agreed = self.consent.value() == "yes"
        return "" if agreed else self.texts("casework.agree.consent_missing")
