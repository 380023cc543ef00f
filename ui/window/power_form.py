"""What a power of attorney on the desk says (授权委托书): until when, for what, which rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from terminal.domain.parties import PowerOfAttorney
from terminal.texts import Texts
from ui.widgets.basics import Label, column
from ui.widgets.fields import Field
from ui.window.dates import tidy_day
from ui.window.toggles import Toggles

RIGHTS = ("may_collect", "may_commit", "sub_delegation", "may_withdraw")
_SEPARATORS = "、；;，,"


class PowerForm(QWidget):
    """Empty fields mean: this matter, without an end, no more than to apply."""

    changed = Signal()
    moved_past_end = Signal()
    moved_back = Signal()

    def __init__(self, texts: Texts, today: Callable[[], date]) -> None:
        super().__init__()
        self.setObjectName("power_form")
        self._texts, self._today = texts, today
        self.valid_until = Field(
            "power_valid_until", texts("day.power.valid_until"),
            hint=texts("day.power.valid_until_hint"), check=self._check, tidy=tidy_day,
            max_length=11, patient=10,
        )  # fmt: skip
        self.items = Field(
            "power_items", texts("day.power.items"), hint=texts("day.power.items_hint"),
            max_length=200,
        )  # fmt: skip
        self.rights = Toggles(
            "power_rights", texts("day.power.rights"),
            [(right, texts(f"day.power.{right}")) for right in RIGHTS],
        )  # fmt: skip
        title = Label(texts("day.power.title"), "title")
        column(title, self.valid_until, self.items, self.rights, gap=8, to=self)
        self.valid_until.moved_on.connect(self._on_date)
        self.valid_until.moved_back.connect(self.moved_back)
        self.items.moved_on.connect(lambda: self.rights.setFocus())
        self.items.moved_back.connect(lambda: self.valid_until.setFocus())
        self.rights.moved_on.connect(self.moved_past_end)
        self.rights.moved_back.connect(lambda: self.items.setFocus())
        for field in (self.valid_until, self.items):
            field.changed.connect(lambda _: self.changed.emit())
        self.rights.changed.connect(self.changed)

    def begin(self) -> None:
        """Put the keyboard to the first field."""
        self.valid_until.setFocus()

    def check(self) -> bool:
        """Say whether it is in order; the field that is not takes the keyboard."""
        if self.valid_until.valid():
            return True
        self.valid_until.setFocus()
        return False

    def power(self) -> PowerOfAttorney:
        """Return the power as it is described."""
        text = self.items.text()
        for separator in _SEPARATORS[1:]:
            text = text.replace(separator, _SEPARATORS[0])
        rights = self.rights.values()
        return PowerOfAttorney(
            items=tuple(word.strip() for word in text.split(_SEPARATORS[0]) if word.strip()),
            valid_until=self.valid_until.text(),
            sub_delegation="sub_delegation" in rights,
            may_collect="may_collect" in rights,
            may_commit="may_commit" in rights,
            may_withdraw="may_withdraw" in rights,
        )

    def typed(self) -> dict[str, str]:
        """Return what stands in the fields, for parking."""
        return {
            "power_valid_until": self.valid_until.edit.text(),
            "power_items": self.items.edit.text(),
            "power_rights": " ".join(self.rights.values()),
        }

    def restore(self, typed: dict[str, str]) -> None:
        """Put back what `typed` returned; empty fields where it has nothing."""
        self.valid_until.set_text(typed.get("power_valid_until", ""))
        self.items.set_text(typed.get("power_items", ""))
        self.rights.set_values(typed.get("power_rights", "").split())

    def _on_date(self) -> None:
        if self.valid_until.valid():
            self.items.setFocus()

    def _check(self, text: str) -> str:
        if not text:
            return ""
        try:
            until = date.fromisoformat(text)
        except ValueError:
            return self._texts("day.power.bad_date")
        return self._texts("intake.power_expired.message") if until < self._today() else ""
