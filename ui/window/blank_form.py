"""Page 8, receipts printed ahead: print some, note who took them, note what was spoiled."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.services.blank_book import BlankBook
from terminal.services.views import Session
from terminal.store.blanks import BlankReceipt
from terminal.texts import Texts
from ui.bridge import Bridge
from ui.widgets.basics import Label
from ui.widgets.fields import Field
from ui.widgets.keys import LegalGuard
from ui.window.casework.parts import Pick
from ui.window.shift_forms import ShiftForm

PRINT, TAKE, SPOIL = "print", "take", "spoil"
MOST_SPANS = 6


class BlankForm(ShiftForm):
    """手写凭证: one of three things, each with the lines that it needs."""

    def __init__(self, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__("blanks", bridge, session, guard)
        texts = bridge.texts
        self.what = Pick(
            "blanks_what", texts("day.blanks.what"),
            [(one, texts(f"day.blanks.what_{one}")) for one in (PRINT, TAKE, SPOIL)],
        )  # fmt: skip
        self.count = self.field("count", most=3)
        self.first = self.field("first", most=40)
        self.last = self.field("last", most=40)
        self.holder = self.field("holder", most=60)
        self.reason = self.field("reason", most=200)
        parts = (self.what, self.count, self.first, self.last, self.holder, self.reason)
        self.add(
            Label(texts("day.blanks.title"), "heading"),
            Label(texts("day.blanks.explain"), "muted", wrap=True),
            *parts, self.notice, self.confirm, None,
        )  # fmt: skip
        self.what.chosen.connect(lambda _: self._show_lines())
        self.follow(*parts)

    def begin(self) -> None:
        super().begin()
        self._show_lines()

    def missing(self) -> Field | Pick | None:
        what = self.what.value()
        if not what:
            self.what.complain(self._texts("casework.choose_one"))
            return self.what
        if what == PRINT:
            count = self.count.text()
            good = count.isascii() and count.isdecimal() and int(count) > 0
            self.count.complain("" if good else self._texts("day.blanks.count_wrong"))
            return None if good else self.count
        needed = (self.first, self.holder if what == TAKE else self.reason)
        return next((field for field in needed if self.demand(field)), None)

    def do(self) -> None:
        ctx, texts = self._bridge.ctx, self._texts
        if ctx is None:
            return
        what, session = self.what.value(), self._session
        first, last = self.first.text(), self.last.text()
        holder, reason = self.holder.text(), self.reason.text()
        wanted = int(self.count.text()) if what == PRINT else 0

        def write() -> str:
            if what == PRINT:
                ctx.sheets.print_blanks(wanted, session)
                return texts.counted("day.blanks.printed", wanted)
            if what == TAKE:
                count = ctx.blank_book.take(first, last, holder)
                return texts.counted("day.blanks.taken", count, name=holder)
            return texts.counted("day.blanks.spoiled", ctx.blank_book.spoil(first, last, reason))

        self._bridge.run(self, write, done=self._on_done, failed=self.failed)

    def _show_lines(self) -> None:
        what = self.what.value()
        self.count.setVisible(what == PRINT)
        for field in (self.first, self.last):
            field.setVisible(what in (TAKE, SPOIL))
        self.holder.setVisible(what == TAKE)
        self.reason.setVisible(what == SPOIL)

    def _on_done(self, words: str) -> None:
        self._busy = False
        self.wipe()
        self.hide()
        self.done.emit(words)


def spans(book: BlankBook, key: str, texts: Texts) -> str:
    """Return the numbers of one list in words: neighbours of one kind as from–to, with why."""
    order = {one.number: place for place, one in enumerate(book.all)}
    groups: list[list[BlankReceipt]] = []
    for one in getattr(book, key):
        last = groups[-1][-1] if groups else None
        near = last is not None and order[one.number] == order[last.number] + 1
        if near and last is not None and _why(one) == _why(last):
            groups[-1].append(one)
        else:
            groups.append([one])
    shown = [_span(group, texts) for group in groups[:MOST_SPANS]]
    if len(groups) > MOST_SPANS:
        shown.append(texts("day.blanks.more"))
    return texts("window.list").join(shown)


def _why(one: BlankReceipt) -> str:
    return one.reason or one.taken_by


def _span(group: Sequence[BlankReceipt], texts: Texts) -> str:
    first, last = group[0], group[-1]
    words = first.number
    if last is not first:
        words = texts("day.blanks.span", first=first.number, last=last.number, count=len(group))
    return texts("casework.person", name=words, capacity=_why(first)) if _why(first) else words
