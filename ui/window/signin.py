"""Signing in, and on a new machine making the first account; painted before the core opens."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from terminal.texts import Texts
from ui.bridge import Bridge, Failure
from ui.theme import px
from ui.widgets.basics import Button, Card, Label, Notice, column, row, style
from ui.widgets.fields import Field


class SignInScreen(QWidget):
    """Login and password; typing is possible at once, signing in once the core is open.

    `signed_in` carries the session. What was typed before the core was there is kept, and an
    Enter that came too early is carried out as soon as it can be.
    """

    signed_in = Signal(object)

    def __init__(self, bridge: Bridge, window_name: str) -> None:
        super().__init__()
        self.setObjectName("sign_in_screen")
        style(self, role="page")
        texts = bridge.texts
        self._bridge, self._texts = bridge, texts
        self._first = False
        self._waiting = False
        self._busy = False
        self._broken = False
        card = Card(gap=12, margin=28)
        card.setFixedWidth(px(400))
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.heading = Label(texts("sign_in.title"), "figure")
        self.place = Label(window_name, "muted")
        self.login = Field("sign_in_login", texts("sign_in.login"), max_length=60)
        self.name = Field("sign_in_name", texts("sign_in.name"), max_length=60)
        self.password = Field(
            "sign_in_password", texts("sign_in.password"), secret=True, max_length=200
        )
        self.again = Field("sign_in_again", texts("sign_in.again"), secret=True, max_length=200)
        self.notice = Notice("sign_in_notice")
        self.button = Button(texts("sign_in.enter"), "primary", object_name="sign_in_button")
        card.add(
            row(brand(texts), column(self.heading, self.place, gap=2), None, gap=14), 4,
            self.login, self.name, self.password, self.again, self.notice, 4, self.button,
        )  # fmt: skip
        line = row(None, card, None)
        column(None, line, None, Label(texts("sign_in.foot"), "small"), to=self, gap=12,
               margins=(24, 20))  # fmt: skip
        self.name.hide()
        self.again.hide()
        for field in (self.login, self.name, self.password, self.again):
            field.changed.connect(lambda _, field=field: field.complain(""))
        self.password.changed.connect(self._on_retyped)
        self.login.moved_on.connect(self._after_login)
        self.name.moved_on.connect(self.password.setFocus)
        self.password.moved_on.connect(self._after_password)
        self.again.moved_on.connect(self.submit)
        self.password.moved_back.connect(self.login.setFocus)
        self.button.clicked.connect(self._on_button)
        self.login.setFocus()

    def core_opened(self, accounts: int) -> None:
        """The core is there: sign in now if Enter was pressed; without accounts make one."""
        if not accounts:
            self._first = True
            self.heading.say(self._texts("sign_in.first_title"))
            self.notice.say(self._texts("sign_in.first_hint"))
            self.button.setText(self._texts("sign_in.create"))
            self.password.edit.setPlaceholderText(self._texts("sign_in.length"))
            self.name.show()
            self.again.show()
        elif self._waiting:
            self.notice.say("")
            self.submit()
        self._waiting = False

    def core_failed(self, failure: Failure) -> None:
        """The core cannot open: say why, and what to do."""
        self._waiting = False
        self._broken = True
        # What a technician reads in the console would not help a clerk.
        own = f"sign_in.{failure.code.replace('.', '_')}"
        has_own = self._texts.has(own)
        self.notice.say(self._texts(own) if has_own else failure.sentence, "bad")
        self.button.setText(self._texts("sign_in.close"))
        self.button.setAccessibleName(self.button.text())
        self.button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._broken and event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.window().close()
        else:
            super().keyPressEvent(event)

    def submit(self) -> None:
        """Sign in, or make the first account and sign in with it."""
        ctx = self._bridge.ctx
        if self._broken:
            return
        if self._busy:
            return
        if not self.login.text():
            self.login.complain(self._texts("sign_in.missing"))
            self.login.setFocus()
            return
        if ctx is None:
            self._waiting = True
            self.notice.say(self._texts("sign_in.opening"))
            return
        login, password = self.login.text(), self.password.edit.text()
        if self._first and not self._first_complete():
            return
        name = self.name.text()
        first = self._first

        def act() -> object:
            from terminal.services.views import Role

            if first:
                ctx.staff.add(login, name, password, Role.SUPERVISOR)
            return ctx.staff.sign_in(login, password)

        self._busy = True
        # Signing in only looks: it need not wait behind what warms up for the first paper.
        ask = self._bridge.run if first else self._bridge.read
        ask(self, act, done=self._on_done, failed=self._on_failed)

    def _on_button(self) -> None:
        if self._broken:
            self.window().close()
        else:
            self.submit()

    def forget(self) -> None:
        """Empty the fields for the next one who signs in."""
        self.login.set_text("")
        self.password.set_text("")
        self.notice.say("")
        self.login.setFocus()

    def _first_complete(self) -> bool:
        for field in (self.login, self.name, self.password):
            if not field.edit.text():
                field.complain(self._texts("sign_in.missing"))
                field.setFocus()
                return False
            field.complain("")
        if self.password.edit.text() != self.again.edit.text():
            # Hidden signs cannot be mended: both are typed anew, from the first.
            self.password.set_text("")
            self.again.set_text("")
            self.password.complain(self._texts("sign_in.differs"))
            self.password.setFocus()
            return False
        return True

    def _on_retyped(self, text: str) -> None:
        if text and self._first and not self._busy:
            self.again.complain("")
            self.notice.say(self._texts("sign_in.first_hint"))

    def _after_login(self) -> None:
        (self.name if self._first else self.password).setFocus()

    def _after_password(self) -> None:
        if self._first:
            self.again.setFocus()
        else:
            self.submit()

    def _on_done(self, session: object) -> None:
        self._busy = False
        self._first = False
        self.password.edit.setPlaceholderText("")
        self.name.hide()
        self.again.hide()
        self.forget()
        self.signed_in.emit(session)

    def _on_failed(self, failure: Failure) -> None:
        self._busy = False
        self.notice.say(failure.sentence, "bad")
        self.password.set_text("")
        self.again.set_text("")
        self.password.setFocus()


class _Mark(QFrame):
    """The sign of the program: one window."""

    def __init__(self, size: float) -> None:
        super().__init__()
        style(self, role="mark")
        self.setFixedSize(px(size), px(size))
        bar = QFrame()
        bar.setFixedSize(px(size * 0.5), px(max(2.0, size * 0.09)))
        style(bar, role="mark_bar")
        column(bar, to=self).setAlignment(bar, Qt.AlignmentFlag.AlignCenter)


def brand(texts: Texts, size: float = 48) -> QWidget:
    """Return the program's sign."""
    mark = _Mark(size)
    mark.setAccessibleName(texts("sign_in.product"))
    return mark
