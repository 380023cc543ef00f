"""Copies compared with their originals (复印件核对单): bound in front of them in the file.

On A4, for it must last as long as the file: paper that fades would leave the copies unproved.
"""

from __future__ import annotations

import msgspec

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Fields,
    Layout,
    Row,
    Rule,
    Signatures,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.templates import common, framing
from terminal.documents.views import CopyCheckView
from terminal.documents.wording import Wording


def copy_check(view: CopyCheckView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the sheet that bears 「经核对与原件一致」 for the copies of one act.

    Raises `RuleRefused` (`document.incomplete`) without copies, the moment or the person.
    """
    common.check_case("copy_check", view)
    common.require(
        "copy_check", copies=view.copies, compared_at=view.compared_at, checker=view.checker
    )
    label = wording.plain
    stamp = Text(text=label("copy_check.stamp"), size=Size.LARGE, bold=True, align=Align.CENTRE)
    binding = wording("copy_check.binding", organ=view.head.organ)
    blocks: common.Blocks = [
        ("stamp", [Space(height=2), stamp, Rule(), Space(height=2)]),
        ("body", [common.paragraph(label("copy_check.body"))]),
        ("copies", [_copies(view, wording)]),
        ("facts", [Space(height=2), Fields(rows=tuple(_facts(view, wording)))]),
        ("binding", [common.paragraph(binding)]),
    ]
    closing: list[AnyNode] = [
        # a paper of the file: nobody asks by it how the case stands
        msgspec.structs.replace(framing.seal_block(view, wording, copy), beside=None),
        Signatures(labels=(label("copy_check.checker_signed"), label("copy_check.pages"))),
    ]
    return framing.finish_notice(
        view,
        blocks,
        title=label("title.copy_check"),
        copy=copy,
        wording=wording,
        closing=closing,
        people=False,
    )


def _copies(view: CopyCheckView, wording: Wording) -> Table:
    label = wording.plain
    columns = (
        Column(label("labels.serial"), 0.1, Align.CENTRE),
        Column(label("copy_check.copy_of"), 0.5),
        Column(label("labels.quantity"), 0.15, Align.CENTRE),
        Column(label("copy_check.original"), 0.25, Align.CENTRE),
    )
    rows = tuple(
        (
            str(serial),
            line.name,
            wording("format.quantity", copies=line.copies),
            label("copy_check.returned" if line.returned else "copy_check.kept"),
        )
        for serial, line in enumerate(view.copies, 1)
    )
    return Table(columns=columns, rows=rows)


def _facts(view: CopyCheckView, wording: Wording) -> list[Row]:
    label = wording.plain
    compared = dates.long_minute(view.compared_at, wording)
    rows = common.item_rows(view, wording)
    rows.append(Row(label=label("labels.receipt_number"), value=view.receipt_number))
    rows.append(Row(label=label("labels.applicant"), value=view.applicant.name, half=True))
    if view.visitor is not None:
        rows.append(Row(label=label("copy_check.shown_by"), value=view.visitor.name, half=True))
    rows.append(Row(label=label("copy_check.checker"), value=view.checker, bold=True))
    rows.append(Row(label=label("copy_check.compared_at"), value=compared, bold=True))
    place = framing.joined_place(view.head.hall, view.head.window, wording)
    rows.append(Row(label=label("copy_check.place"), value=place))
    return rows
