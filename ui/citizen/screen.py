"""The second window: it belongs to one visit at a time, and staff cannot press it by keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from terminal.services.rating_log import RatingStanding
from terminal.services.views import RatingForm, VisitEnding
from ui.bridge import Bridge, Failure
from ui.citizen.mirror import Mirror
from ui.citizen.pages import MirrorPage, ThanksPage, WelcomePage
from ui.citizen.rating import RatingPage
from ui.citizen.signature import SigningStack
from ui.citizen.terms import TermsPage
from ui.theme import px
from ui.widgets.basics import column, style
from ui.window.casework.signature import SignatureDesk, SignatureRequest
from ui.window.commitment import CommitmentPanel, CommitmentTerms

THANKS_MS = 6_000
CODE_MS = 20_000
"""A check code stands longer: there must be time to take a photo, or to ask for the slip."""


class CitizenScreen(QWidget):
    """Shows welcome, the work, the rating, thanks. GUI thread only.

    While a visit is being rated, what the next visitor's work would show is held back until
    this one has rated, skipped or left it idle.
    """

    def __init__(self, bridge: Bridge, clerk_name: str = "") -> None:
        super().__init__()
        ctx = bridge.ctx
        assert ctx is not None
        self.setObjectName("citizen_screen")
        style(self, role="citizen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(bridge.texts("citizen.window_title"))
        self.setWindowFlag(Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bridge, texts = bridge, bridge.texts
        settings = ctx.settings
        served = texts("citizen.served_by", window=settings.window.name, clerk=clerk_name)
        self.welcome = WelcomePage(texts, ctx.hall_name, settings.window.name)
        self.mirror = MirrorPage(texts)
        self.rating = RatingPage(texts, served)
        self.thanks = ThanksPage(texts)
        self.signing = SigningStack(texts)
        self.terms = TermsPage(texts)
        self.stack = QStackedWidget()
        pages = (self.welcome, self.mirror, self.rating, self.thanks, self.signing, self.terms)
        for page in pages:
            self.stack.addWidget(page)
        layout = column(self.stack, gap=0, to=self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.visit_id = ""
        self._next: Mirror | None = None
        self._desk: SignatureDesk | None = None
        self._terms: CommitmentTerms | None = None
        self._panel: CommitmentPanel | None = None
        self._form: RatingForm | None = None
        self._busy = False
        self._rated = ""
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(settings.default_idle_seconds * 1000)
        self._idle.timeout.connect(self._on_idle)
        self._thanks_timer = QTimer(self)
        self._thanks_timer.setSingleShot(True)
        self._thanks_timer.setInterval(THANKS_MS)
        self._thanks_timer.timeout.connect(self._on_thanked)
        self.signing.page.signed.connect(self._on_signed)
        self.signing.page.refused.connect(self._on_not_signed)
        self.terms.chosen.connect(self._on_chosen)
        self.thanks.slip.connect(self._on_slip)
        self.rating.submitted.connect(self._on_submitted)
        self.rating.skipped.connect(self._on_skipped)
        self.rating.touched.connect(self._on_touched)
        bridge.read(self, ctx.ratings.form, done=self._on_form)

    def place(self) -> None:
        """Show on the second monitor, whole; without one as a window of its own."""
        screens = QGuiApplication.screens()
        if len(screens) > 1:
            self.setGeometry(screens[1].geometry())
            self.showFullScreen()
        else:
            # On the clerk's only monitor it stays behind: there it is to be moved, not to cover.
            self.resize(px(1024), px(600))
            self.show()
            if QGuiApplication.platformName() != "offscreen":
                self.lower()

    def show_mirror(self, mirror: Mirror | None) -> None:
        """Show the work as it stands; held back while the last visit is being rated."""
        self._next = mirror
        if self.visit_id or (self._thanks_timer.isActive() and mirror is None):
            return
        if self._desk is not None and self._desk.request is not None:
            return
        if self._terms is not None:
            return
        self._thanks_timer.stop()
        self._show_next()

    def invite(self, ending: VisitEnding) -> None:
        """Invite once to rate the visit that has ended."""
        if not ending.invitation:
            self._show_next()
            return
        self.visit_id = ending.visit_id
        self._thanks_timer.stop()
        self.rating.begin(self._form, ending.item_names)
        self.stack.setCurrentWidget(self.rating)
        self._idle.start()

    def pad_pressed(self, grade: int) -> None:
        """A key of the rating pad, which stands on the citizen's side: that is the rating."""
        if self.visit_id and 1 <= grade <= 5:
            self._on_submitted(grade, [])

    def serve(self, clerk_name: str) -> None:
        """Say who serves here."""
        ctx = self._bridge.ctx
        if ctx is not None:
            words = self._bridge.texts(
                "citizen.served_by", window=ctx.settings.window.name, clerk=clerk_name
            )
            self.rating.say_served(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # No key does anything here: the clerk's keyboard must not be able to rate.
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._idle.stop()
        self._thanks_timer.stop()
        super().closeEvent(event)

    # Signing.

    def follow(self, desk: SignatureDesk, panel: CommitmentPanel) -> None:
        """Answer the requests of a workplace for signatures; show what a commitment means."""
        self._desk, self._panel = desk, panel
        self._terms = None
        desk.wanted.connect(self._on_wanted)
        desk.taken_back.connect(self._on_taken_back)
        panel.told.connect(self._on_told)

    def _on_told(self, terms: CommitmentTerms | None) -> None:
        """A commitment is being chosen, or no longer; a rating is never pushed aside by it."""
        self._terms = terms
        if not self.visit_id:
            self._thanks_timer.stop()
            self._show_next()

    def _on_chosen(self, commits: bool) -> None:
        if self._panel is not None:
            self._panel.decide(commits)

    def _on_wanted(self, request: SignatureRequest) -> None:
        if self.visit_id:
            # The rating of the visit before is never pushed aside: this follows it.
            return
        self._thanks_timer.stop()
        alone = len(QGuiApplication.screens()) < 2
        self.signing.show_request(request, turned=not alone)
        self.stack.setCurrentWidget(self.signing)
        if alone and QGuiApplication.platformName() != "offscreen":
            # One monitor for both: over the window, as large as the screen.
            self.showFullScreen()
            self.raise_()

    def _on_signed(self, strokes: bytes) -> None:
        self._end_signing()
        if self._desk is not None:
            self._desk.signed(strokes)
        self._show_next()

    def _on_not_signed(self) -> None:
        self._end_signing()
        if self._desk is not None:
            self._desk.refused()
        self._show_next()

    def _on_taken_back(self) -> None:
        if self.stack.currentWidget() is self.signing:
            self._end_signing()
            self._show_next()

    def _end_signing(self) -> None:
        self.signing.page.forget()
        if len(QGuiApplication.screens()) < 2 and QGuiApplication.platformName() != "offscreen":
            self.showNormal()
            self.lower()

    def _show_next(self) -> None:
        if self._desk is not None and self._desk.request is not None:
            self._on_wanted(self._desk.request)
            return
        if self._terms is not None:
            self.terms.show_terms(self._terms)
            self.stack.setCurrentWidget(self.terms)
            return
        self.terms.forget()
        if self._next is None:
            self.stack.setCurrentWidget(self.welcome)
            return
        self.mirror.show_mirror(self._next)
        self.stack.setCurrentWidget(self.mirror)

    def _on_form(self, form: RatingForm) -> None:
        self._form = form
        if self.visit_id:
            self.rating.use(form)

    def _on_touched(self) -> None:
        if self.visit_id:
            self._idle.start()

    def _on_submitted(self, grade: int, reasons: list[str]) -> None:
        ctx = self._bridge.ctx
        if ctx is None or self._busy or not self.visit_id:
            return
        self._busy = True
        self._bridge.run(
            self, ctx.ratings.rate, self.visit_id, grade, tuple(reasons),
            done=self._on_rated, failed=self._on_failed,
        )  # fmt: skip

    def _on_rated(self, rating_id: str) -> None:
        self._finish(rated=True)
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.rating_log.standing, rating_id, done=self._on_standing)

    def _on_standing(self, standing: RatingStanding | None) -> None:
        """Show the check code, unless the next visitor's work is on the screen by now."""
        ctx = self._bridge.ctx
        if ctx is None or standing is None or not self._thanks_timer.isActive():
            return
        self._rated = standing.rating_id
        self.thanks.show_code(standing.short, offered=ctx.rating_slips.offered)
        self._thanks_timer.start(CODE_MS)

    def _on_slip(self) -> None:
        ctx = self._bridge.ctx
        if ctx is None or not self._rated:
            return
        self.thanks.say_slip("printing")
        self._bridge.run(
            self, ctx.rating_slips.print, self._rated,
            done=lambda _: self.thanks.say_slip("printed"),
            failed=lambda _: self.thanks.say_slip("not_printed"),
        )  # fmt: skip
        self._thanks_timer.start(CODE_MS)

    def _on_skipped(self) -> None:
        self._close("skipped")

    def _on_idle(self) -> None:
        self._close("idle")

    def _close(self, how: str) -> None:
        ctx = self._bridge.ctx
        if ctx is None or self._busy or not self.visit_id:
            return
        self._busy = True
        idle = how == "idle"
        self._bridge.run(
            self, ctx.ratings.close_invitation, self.visit_id, how,
            done=lambda _: self._finish(rated=False, quiet=idle), failed=self._on_failed,
        )  # fmt: skip

    def _on_failed(self, failure: Failure) -> None:
        self._finish(rated=False, failure=failure.sentence)

    def _finish(self, *, rated: bool, quiet: bool = False, failure: str = "") -> None:
        """The visit is rated, skipped or left: nothing of it stays on the screen."""
        self._busy = False
        self.visit_id = ""
        self._idle.stop()
        self.rating.begin(self._form, ())
        if quiet:
            self._show_next()
            return
        self._rated = ""
        self.thanks.show_outcome(rated, failure)
        self.stack.setCurrentWidget(self.thanks)
        self._thanks_timer.start(THANKS_MS)

    def _on_thanked(self) -> None:
        # Whose code it was is nobody's business on the next page.
        self._rated = ""
        self.thanks.show_code("", offered=False)
        self._show_next()
