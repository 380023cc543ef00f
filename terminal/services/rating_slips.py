"""The rating slip: printed when the citizen asks for it, from what the journal holds."""

from __future__ import annotations

from collections.abc import Callable, Collection

from terminal.clock import to_local
from terminal.documents.escpos import render_escpos
from terminal.documents.layout import Layout, Paper
from terminal.documents.pdf import render_pdf
from terminal.documents.printer import PrinterProfile
from terminal.documents.templates.rating_slip import RatingSlipView, rating_slip
from terminal.documents.wording import default_wording
from terminal.errors import NotFound
from terminal.protocol.tree import rating_url
from terminal.services.papers import Place
from terminal.services.printing import PrintingService
from terminal.services.rating_log import RatingLogService

TITLE = "rating-slip"
_PRINTERS = ("receipt_printer", "a4_printer")


class RatingSlipService:
    """Makes the slip anew each time: nothing of it is kept but the rating itself.

    No function takes a staff session: the citizen asks on the citizen's screen.
    """

    def __init__(
        self,
        log: RatingLogService,
        printing: PrintingService,
        place: Place,
        public_url: Callable[[], str],
        printers: Collection[str],
        profile: PrinterProfile,
    ) -> None:
        self._log = log
        self._printing = printing
        self._place = place
        self._public_url = public_url
        self._device = next((name for name in _PRINTERS if name in printers), "")
        self._profile = profile

    @property
    def offered(self) -> bool:
        """Whether there is a printer for it."""
        return bool(self._device)

    def view(self, rating_id: str) -> RatingSlipView:
        """Return what the slip of a rating says; `NotFound` when none was given under this id."""
        standing = self._log.standing(rating_id)
        if standing is None:
            raise NotFound("rating.not_found")
        return RatingSlipView(
            hall=self._place.hall,
            window=self._place.window,
            rated_at=to_local(standing.rated_at).isoformat(timespec="seconds"),
            short=standing.short,
            hash=standing.hash,
            url=rating_url(self._public_url(), standing.hash),
            number=standing.number,
        )

    def layout(self, rating_id: str, paper: Paper = Paper.THERMAL_80) -> Layout:
        """Return the slip's layout in the language of the screen."""
        return rating_slip(self.view(rating_id), default_wording(self._place.language), paper)

    def print(self, rating_id: str) -> str:
        """Send the slip to the printer; returns the job's id. `NotFound` without a printer."""
        if not self._device:
            raise NotFound("rating.no_printer")
        if self._device == "a4_printer":
            data = render_pdf(self.layout(rating_id, Paper.A4))
        else:
            data = render_escpos(self.layout(rating_id), self._profile)
        return self._printing.print_loose(self._device, data, TITLE)
