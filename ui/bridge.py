"""The only way from screens to the core: off the GUI thread there, back on it with the result.

`run` is for what writes, `read` for what looks. The answer is dropped when the widget that
asked has gone. Events of the core arrive here and are told on the GUI thread.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from terminal.errors import TerminalError
from terminal.texts import Texts

if TYPE_CHECKING:
    # Not needed before the first paint: what they import costs a third of it.
    from concurrent.futures import Future

    from terminal.context import Context
    from terminal.events import Event
    from terminal.reports import Reports

    Answer = tuple[QObject, Future[Any], Callable[[Any], None] | None,
                   Callable[["Failure"], None] | None]  # fmt: skip

logger = logging.getLogger(__name__)


class Failure(NamedTuple):
    """Why something did not work: the sentence for the screen, and its code.

    `report` is the number of the saved report when it was a defect and not a rule.
    """

    message: str
    hint: str = ""
    code: str = ""
    report: int = 0

    @property
    def sentence(self) -> str:
        """Message and what to do now, in one line."""
        return f"{self.message}{self.hint}"


class Bridge(QObject):
    """Carries calls, answers and events between the GUI thread and the core.

    Made before the core is there, so that the window can be painted first; `attach` hands
    the core over. All methods belong to the GUI thread.
    """

    happened = Signal(object)
    failed = Signal(object)
    _answered = Signal(object)
    _published = Signal(object)

    def __init__(
        self, texts: Texts, reports: Reports | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.texts = texts
        self.ctx: Context | None = None
        self._reports = reports
        self._unsubscribe: Callable[[], None] | None = None
        self._answers: deque[Answer] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._deliver_next)
        queued = Qt.ConnectionType.QueuedConnection
        self._answered.connect(self._take, queued)
        self._published.connect(self.happened.emit, queued)

    def attach(self, ctx: Context) -> None:
        """Take over the core and listen to its events."""
        self.detach()
        self.ctx = ctx
        self._unsubscribe = ctx.events.subscribe(self._hear)

    def detach(self) -> None:
        """Stop listening; answers that are still under way are dropped."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self.ctx = None

    def run(
        self,
        owner: QObject,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
    ) -> None:
        """Do an action that writes; `done(result)` or `failed(failure)` follow on this thread."""
        ctx = self._core()
        self._follow(owner, ctx.act(function, *args), done, failed)

    def read(
        self,
        owner: QObject,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
    ) -> None:
        """Look at something; `done(result)` or `failed(failure)` follow on this thread."""
        ctx = self._core()
        self._follow(owner, ctx.read(function, *args), done, failed)

    def explain(self, error: BaseException) -> Failure:
        """Put an error into words; a defect is saved as a numbered report first."""
        if isinstance(error, TerminalError):
            try:
                return Failure(error.message(self.texts), error.hint(self.texts), error.code)
            except KeyError:
                logger.exception("no text for %s", error.code)
        number = self._reports.save(error) if self._reports is not None else 0
        if self._reports is None:
            logger.error("defect on the screen", exc_info=error)
        key = "window.report.numbered" if number else "window.report.unsaved"
        return Failure(self.texts(key, number=number), "", "report", number)

    def tell(self, failure: Failure) -> None:
        """Show a failure on the status line of the window."""
        self.failed.emit(failure)

    def _core(self) -> Context:
        if self.ctx is None:
            raise RuntimeError("the bridge has no core yet")
        return self.ctx

    def _follow(
        self,
        owner: QObject,
        future: Future[Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Failure], None] | None,
    ) -> None:
        def finished(future: Future[Any]) -> None:
            # The program may be closing: then nobody is left to hear the answer.
            if shiboken6.isValid(self):
                try:
                    self._answered.emit((owner, future, done, failed))
                except RuntimeError:
                    logger.debug("answer after the bridge had gone")

        future.add_done_callback(finished)

    def _take(self, answer: Answer) -> None:
        self._answers.append(answer)
        if not self._turn.isActive():
            self._turn.start(0)

    def _deliver_next(self) -> None:
        """Deliver one answer; keys and timers come before the next one.

        Several come at once after a change. Qt would work off all that is queued in one go, and
        each may lay out a page.
        """
        answer = self._answers.popleft()
        if self._answers:
            self._turn.start(0)
        self._deliver(answer)

    def _deliver(self, answer: Answer) -> None:
        owner, future, done, failed = answer
        # Without a core the window is closing: what was asked for is of no use any more.
        if self.ctx is None or future.cancelled() or not shiboken6.isValid(owner):
            return
        error = future.exception()
        if error is None:
            if done is not None:
                done(future.result())
            return
        failure = self.explain(error)
        if failed is not None:
            failed(failure)
        else:
            self.failed.emit(failure)

    def _hear(self, event: Event) -> None:
        if shiboken6.isValid(self):
            try:
                self._published.emit(event)
            except RuntimeError:
                logger.debug("event after the bridge had gone")
