"""The fields of a person or an organisation, with their checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from terminal.domain.credit_code import check_credit_code
from terminal.domain.identity import IdentityCheck, check_document, check_identity_number
from terminal.domain.parties import IdentitySource, Party, PartyKind
from terminal.texts import Texts
from ui.widgets.basics import column
from ui.widgets.fields import Choice, Field

NAME_LENGTH = 120
LONGEST_PASSPORT = 12
_CREDIT_CODE_LENGTH = 18


class PartyForm(QWidget):
    """Kind, name, number and phone; the number says what kind of document it is of.

    `changed` carries the field that was typed in; `moved_past_end` means Enter on the last.
    """

    changed = Signal(str)
    moved_past_end = Signal()

    def __init__(self, prefix: str, texts: Texts, today: Callable[[], date]) -> None:
        super().__init__()
        self.setObjectName(f"{prefix}_form")
        self._texts, self._today, self._prefix = texts, today, prefix
        self._read: Party | None = None
        self.kind_choice = Choice(
            f"{prefix}_kind",
            texts("window.visitor.kind"),
            [(kind.value, texts(f"window.party.{kind.value}")) for kind in PartyKind],
            titled=False,
        )
        self.name_field = self._field("name", check=self._check_name, max_length=NAME_LENGTH)
        self.number = self._field("number", check=self._check_number, max_length=40, patient=18)
        self.credit_code = self._field("credit_code", check=self._check_code, patient=18)
        self.legal_representative = self._field("legal_representative", max_length=NAME_LENGTH)
        self.phone = self._field("phone", check=self._check_phone, max_length=30)
        self.fields = {
            "name": self.name_field,
            "number": self.number,
            "credit_code": self.credit_code,
            "legal_representative": self.legal_representative,
            "phone": self.phone,
        }
        column(self.kind_choice, *self.fields.values(), gap=8, to=self)
        for key, field in self.fields.items():
            field.changed.connect(lambda _text, key=key: self._on_changed(key))
            field.moved_on.connect(lambda key=key: self._step(key, 1))
            field.moved_back.connect(lambda key=key: self._step(key, -1))
        self.kind_choice.chosen.connect(lambda value: self._on_kind(PartyKind(value)))
        self.kind_choice.moved_on.connect(lambda: self.name_field.setFocus())
        self.set_kind(PartyKind.PERSON)

    def kind(self) -> PartyKind:
        """Return which of the two it is."""
        return PartyKind(self.kind_choice.value() or PartyKind.PERSON.value)

    def set_kind(self, kind: PartyKind, *, fixed: bool = False) -> None:
        """Show the fields of this kind; `fixed` takes the choice away."""
        self.kind_choice.set_value(kind.value)
        self.kind_choice.setVisible(not fixed)
        organisation = kind is PartyKind.ORGANISATION
        self.number.setVisible(not organisation)
        self.credit_code.setVisible(organisation)
        self.legal_representative.setVisible(organisation)

    def party(self, source: IdentitySource) -> Party:
        """Return who is described; what a card said beyond the fields is kept."""
        kind = self.kind()
        if kind is PartyKind.ORGANISATION:
            checked = check_credit_code(self.credit_code.text())
            return Party(
                name=self.name_field.text(),
                kind=kind,
                document_kind="",
                credit_code=checked.text or self.credit_code.text(),
                legal_representative=self.legal_representative.text(),
                phone=self.phone.text(),
                source=source,
            )
        found = self._look(self.number.text())
        read = self._read
        return Party(
            name=self.name_field.text(),
            kind=kind,
            document_kind=found.kind.value if found is not None else "resident",
            identity_number=found.number if found is not None else self.number.text(),
            sex=found.sex.value if found is not None else "",
            birth=found.birth.isoformat() if found is not None and found.birth else "",
            phone=self.phone.text(),
            address=read.address if read is not None else "",
            source=source,
        )

    def show_party(self, party: Party) -> None:
        """Fill the fields with a party."""
        self._read = None
        self.set_kind(party.kind)
        for key, text in (
            ("name", party.name),
            ("number", party.identity_number),
            ("credit_code", party.credit_code),
            ("legal_representative", party.legal_representative),
            ("phone", party.phone),
        ):
            self.fields[key].set_text(text)
        self._read = party if party.source is IdentitySource.CARD_READER else None

    def check(self) -> bool:
        """Say whether all is in order; the first field that is not takes the keyboard."""
        for field in self._open_fields():
            if not field.valid():
                field.setFocus()
                return False
        return True

    def focus_first_open(self) -> None:
        """Put the keyboard into the first field that is empty or wrong."""
        fields = self._open_fields()
        needed = [f for f in fields[:2] if not f.text() or f.error.text()]
        target = needed[0] if needed else fields[0]
        target.setFocus()

    def focus_last(self) -> None:
        """Put the keyboard into the last field."""
        self._open_fields()[-1].setFocus()

    def typed(self, prefix: str) -> dict[str, str]:
        """Return what stands in the fields, for parking."""
        texts = {f"{prefix}{key}": field.edit.text() for key, field in self.fields.items()}
        return {**texts, f"{prefix}kind": self.kind().value}

    def restore(self, typed: dict[str, str], prefix: str) -> None:
        """Put back what `typed` returned; empty fields where it has nothing."""
        self._read = None
        self.set_kind(PartyKind(typed.get(f"{prefix}kind") or PartyKind.PERSON.value))
        for key, field in self.fields.items():
            field.set_text(typed.get(f"{prefix}{key}", ""))

    def _field(
        self,
        key: str,
        *,
        check: Callable[[str], str] | None = None,
        max_length: int = 60,
        patient: int = 0,
    ) -> Field:
        return Field(
            f"{self._prefix}_{key}",
            self._texts(f"window.field.{key}"),
            hint=self._texts(f"window.field_hint.{key}"),
            check=check,
            max_length=max_length,
            patient=patient,
        )

    def _open_fields(self) -> list[Field]:
        return [field for field in self.fields.values() if not field.isHidden()]

    def _step(self, key: str, by: int) -> None:
        fields = self._open_fields()
        here = self.fields[key]
        if key == "number" and by > 0 and self._took_credit_code():
            self.legal_representative.setFocus()
            return
        if by > 0 and here.text() and not here.valid():
            return
        place = fields.index(here) + by
        if place >= len(fields):
            self.moved_past_end.emit()
        elif place < 0:
            self.kind_choice.setFocus()
        else:
            fields[place].setFocus()

    def _took_credit_code(self) -> bool:
        """Take a credit code in the place of a person's number for what it is, if it is one."""
        typed = self.number.text()
        checked = check_credit_code(typed)
        known = checked.valid and len(checked.text) == _CREDIT_CODE_LENGTH
        if self.kind_choice.isHidden() or not known or self._look(typed) is not None:
            return False
        self._on_kind(PartyKind.ORGANISATION)
        self.credit_code.set_text(checked.text)
        self.number.set_text("")
        return True

    def _on_kind(self, kind: PartyKind) -> None:
        self.set_kind(kind)
        self.changed.emit("kind")

    def _on_changed(self, key: str) -> None:
        if key in ("name", "number"):
            self._read = None
        self.changed.emit(key)

    def _look(self, text: str) -> IdentityCheck | None:
        """Return what the number says: of a numbered card, otherwise of a travel document."""
        found = check_identity_number(text, today=self._today())
        if found.valid:
            return found
        for kind in ("home_return", "taiwan_compatriot", "passport"):
            other = check_document(kind, text, self._today())
            # No passport number is longer: a mistyped card number must not pass for one.
            if other.valid and len(text) <= LONGEST_PASSPORT:
                return other
        return None

    def _check_name(self, text: str) -> str:
        return "" if text else self._texts("window.visitor.name_missing")

    def _check_number(self, text: str) -> str:
        if self._look(text) is not None:
            return ""
        return check_identity_number(text, today=self._today()).reason(self._texts)

    def _check_code(self, text: str) -> str:
        return check_credit_code(text).reason(self._texts)

    def _check_phone(self, text: str) -> str:
        from terminal.services.form_rules import phone_fault

        found = phone_fault(text) if text else None
        return self._texts(f"{found.code}.message") if found is not None else ""
