"""The paper as it would come out, a moment after the last change of the draft."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from terminal.services.views import Act, DeclineRequest
from ui.window.intake_of import intake_of

if TYPE_CHECKING:
    from ui.window.desk import Desk
    from ui.window.visiting import Visiting

PREVIEW_DELAY_MS = 180


class PaperAhead(QObject):
    """Asks for the picture of an act's paper; only the newest question's answer is told."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._act: Act | None = None
        self._request: DeclineRequest | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PREVIEW_DELAY_MS)
        self._timer.timeout.connect(self._look)

    def soon(self) -> None:
        """Make the picture once nothing has changed for a moment."""
        self._timer.start()

    def show_of(self, act: Act | None, request: DeclineRequest | None = None) -> None:
        """Show an act's paper beforehand; None is the likely one, no request an empty place."""
        self._act, self._request = act, request
        if act is Act.DECLINE and request is None:
            self._timer.stop()
            self._desk.previewed.emit(None, act.value)
        elif self._desk.now.review is not None:
            self._timer.start()

    def _look(self) -> None:
        from ui.window.desk import likely_act

        visit, ctx = self._desk.now, self._desk.bridge.ctx
        if visit.review is None or ctx is None:
            return
        asked, request = self._act, self._request
        if asked is Act.DECLINE and request is None:
            return
        act = asked or likely_act(visit.review)
        draft, session = visit.review.draft, self._desk.session
        intake = intake_of(ctx, draft.item_code)

        def look() -> object:
            from terminal.services.life_events.judging import PREFIX
            from ui.window.preview import below_each_other, page_of

            if draft.item_code.startswith(PREFIX):
                # One matter: every department's paper, one below the other.
                pages = ctx.life_events.previews(draft, session, act)
                return below_each_other([page_of(page) for page in pages])
            return page_of(intake.preview(draft, session, act, request))

        self._desk.bridge.read(
            self, look, done=partial(self._on_picture, visit, act, asked, request),
            failed=lambda _: None,
        )  # fmt: skip

    def _on_picture(
        self,
        visit: Visiting,
        act: Act,
        asked: Act | None,
        request: DeclineRequest | None,
        page: object,
    ) -> None:
        if (asked, request) != (self._act, self._request):
            return
        if visit is self._desk.now and visit.review is not None:
            self._desk.previewed.emit(page, act.value)
