"""Rating slip (评价凭条): by which the citizen can prove later what was given.

It names neither the rater nor the grade: the printer may stand on the side of the rated.
"""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Cut,
    Fields,
    Heading,
    Layout,
    Paper,
    Qr,
    Row,
    Rule,
    Size,
    Space,
    Text,
)
from terminal.documents.templates.common import require
from terminal.documents.views import View
from terminal.documents.wording import Wording


class RatingSlipView(View, frozen=True, kw_only=True):
    """One rating: `short` and `hash` are its entry's, `rated_at` ISO.

    `url` opens the page of the unchanged rating, `number` is its place in the log of ratings
    from 1, 0 before it is known.
    """

    hall: str
    window: str
    rated_at: str
    short: str
    hash: str
    url: str
    number: int = 0


def rating_slip(view: RatingSlipView, wording: Wording, paper: Paper = Paper.THERMAL_80) -> Layout:
    """Return the slip's layout, for the receipt printer or for A4.

    Raises `RuleRefused` (`document.incomplete`) without hash, address or time.
    """
    require("rating_slip", short=view.short, hash=view.hash, url=view.url, rated_at=view.rated_at)
    label = wording.plain
    place = wording("labels.hall_window", hall=view.hall, window=view.window)
    rows = [
        Row(label=label("rating_slip.rated_at"), value=dates.long_minute(view.rated_at, wording)),
        Row(label=label("rating_slip.place"), value=place),
    ]
    if view.number:
        value = wording("rating_slip.number_value", number=view.number)
        rows.append(Row(label=label("rating_slip.number"), value=value, bold=True))
    title = label("rating_slip.title")
    nodes: list[AnyNode] = [
        Heading(organ=view.hall, title=title),
        Text(text=label("rating_slip.short"), size=Size.SMALL, align=Align.CENTRE),
        Text(text=view.short, size=Size.LARGE, bold=True, align=Align.CENTRE),
        Rule(),
        Fields(rows=tuple(rows)),
        Rule(dashed=True, only=Paper.THERMAL_80),
        Text(text=label("rating_slip.kept")),
        Text(text=label("rating_slip.private")),
        Space(height=1),
        Qr(payload=view.url, caption=(label("rating_slip.scan"),)),
        Text(text=label("rating_slip.whole"), size=Size.SMALL, align=Align.CENTRE),
        Text(text=_grouped(view.hash), size=Size.SMALL, align=Align.CENTRE),
        Rule(dashed=True, only=Paper.THERMAL_80),
        Text(text=label("receipt.thermal"), size=Size.SMALL, only=Paper.THERMAL_80),
        Cut(),
    ]
    return Layout(
        paper=paper,
        title=title,
        subject=view.short,
        author=view.hall,
        language=wording.language,
        nodes=tuple(nodes),
        footer=(place,),
        page_label=label("common.page"),
    )


def _grouped(digest: str) -> str:
    """Return a hash in groups of eight, which lines can be broken between."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
