"""Before the phone list is printed: how many it names, and whose paper it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from terminal.documents.templates.phone_list import PhoneListView
from terminal.services.phone_list import ListPrinted
from terminal.services.views import PrintJobView, Session
from ui.bridge import Bridge, Failure
from ui.widgets.basics import Card, Label, Notice


class PhonePanel(Card):
    """Enter prints; nothing goes to paper by the key that opened this."""

    told = Signal(str, str)
    closed = Signal()

    def __init__(self, bridge: Bridge, session: Session) -> None:
        super().__init__(gap=8)
        self.setObjectName("phone_panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        texts = bridge.texts
        self._bridge, self._texts, self._session = bridge, texts, session
        self._count = 0
        self._busy = False
        self._job = ""
        self._said = Label("", wrap=True, object_name="phone_count")
        self.notice = Notice("phone_notice")
        self._keys = Label(texts("window.phone_list.keys"), "muted")
        self.add(
            Label(texts("window.phone_list.title"), "heading"),
            self._said,
            Label(texts("window.phone_list.warning"), state="warning", wrap=True),
            self.notice,
            self._keys,
            None,
        )
        self.hide()

    def open(self) -> None:
        """Count whom to call, and ask whether to print."""
        ctx = self._bridge.ctx
        if ctx is None:
            return
        self._count, self._busy = 0, False
        self._said.say(self._texts("window.phone_list.counting"))
        self.notice.say("")
        self.show()
        self.setFocus()
        self._bridge.read(self, ctx.phone_list.view, self._session, done=self._on_view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._print()
        else:
            super().keyPressEvent(event)

    def _on_view(self, view: PhoneListView) -> None:
        self._count = len(view.lines) + view.more
        words = self._texts("window.phone_list.empty")
        if self._count:
            words = self._texts.counted("window.phone_list.count", self._count)
        self._said.say(words)

    def _print(self) -> None:
        ctx = self._bridge.ctx
        if ctx is None or self._busy:
            return
        if not self._count:
            self.closed.emit()
            return
        self._busy = True
        self._bridge.run(
            self, ctx.phone_list.print, self._session, done=self._on_printed, failed=self._on_failed
        )

    def _on_printed(self, made: ListPrinted) -> None:
        self._busy = False
        self._job = made.job_id
        self.told.emit(self._texts.counted("window.phone_list.printing", made.count), "")
        self.closed.emit()
        self.look_at_job()

    def _on_failed(self, failure: Failure) -> None:
        self._busy = False
        self.notice.say(failure.sentence, "bad")

    def look_at_job(self) -> None:
        """Ask what became of the sheet that went to the printer."""
        ctx = self._bridge.ctx
        if ctx is not None and self._job:
            self._bridge.read(self, ctx.printing.loose_job, self._job, done=self._on_job)

    def _on_job(self, job: PrintJobView | None) -> None:
        if job is None or job.job_id != self._job:
            return
        if job.state == "printed":
            self._job = ""
            self.told.emit(self._texts("window.phone_list.printed"), "good")
        elif job.code and self._texts.has(f"{job.code}.message"):
            template = self._texts.template(f"{job.code}.message")
            if "{" not in template:
                words = self._texts("window.phone_list.waits", reason=template)
                self.told.emit(words, "warning")
