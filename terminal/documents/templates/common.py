"""Parts that several documents share. Pure: view parts and wording in, nodes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from terminal.documents import dates
from terminal.documents.digest import content_digest, short
from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Fields,
    Heading,
    Layout,
    Logo,
    Paper,
    Qr,
    Row,
    Rule,
    Seal,
    Signatures,
    Size,
    Space,
    Text,
)
from terminal.documents.views import (
    AnyNotice,
    ConditionalView,
    DeclineView,
    DocumentHead,
    DocumentView,
    MaterialLine,
    Party,
    TimeLimit,
    UndertakingView,
    Visitor,
    kind_of,
)
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.domain.masking import mask_identity, mask_phone
from terminal.domain.parties import Capacity
from terminal.errors import RuleRefused

LICENSING_LAW = "行政许可法"
"""A paper of any other regime never quotes it (rules 1, Regimes)."""

Blocks = list[tuple[str, list[AnyNode]]]
"""Named parts of a document in their default order; a hall may exchange some."""


class Copy(msgspec.Struct, frozen=True):
    """Which print of the document this is, and when it was made (ISO time)."""

    count: int = 1
    at: str = ""


FIRST_COPY = Copy()


def require(document: str, **values: object) -> None:
    """Refuse to make a document that lacks what the law asks for.

    Raises `RuleRefused` (`document.incomplete`) naming the first field that is empty.
    """
    for name, value in values.items():
        if not value:
            raise RuleRefused("document.incomplete", document=document, field=name)


def check_head(document: str, head: DocumentHead) -> None:
    """Refuse a document without author, number, time, place or person."""
    require(
        document,
        organ=head.organ,
        number=head.number,
        issued_at=head.issued_at,
        window=head.window,
        clerk=head.clerk,
    )


def check_basis(document: str, regime: Regime, basis: Iterable[str]) -> None:
    """Refuse a paper of another regime that quotes the Licensing Law."""
    if regime is Regime.LICENSING:
        return
    for article in basis:
        if LICENSING_LAW in article:
            raise RuleRefused("document.licensing_law_quoted", document=document, basis=article)


def check_notice(document: str, view: AnyNotice) -> None:
    """Check what every notice must carry."""
    check_head(document, view.head)
    require(
        document,
        receipt_number=view.receipt_number,
        item=view.item.name,
        applicant=view.applicant.name,
        submitted_on=view.submitted_on,
        basis=view.basis,
    )
    check_basis(document, view.regime, view.basis)
    if not view.signing.signed:
        require(document, reason=view.signing.reason, witness=view.signing.witness)


def joined(parts: Iterable[str], wording: Wording) -> str:
    """Join the parts of an enumeration (、)."""
    return wording.plain("format.list_comma").join(parts)


def limit_text(limit: TimeLimit, wording: Wording) -> str:
    """Return a time limit in words: 5个工作日."""
    return wording(f"format.limit_{limit.unit.lower()}", n=limit.days)


def counted(lines: Iterable[MaterialLine], wording: Wording) -> str:
    """Return materials with their count: 不动产权证书1份、身份证1份."""
    return joined(
        (wording("format.count", name=line.name, copies=line.copies) for line in lines), wording
    )


def number_text(head: DocumentHead, wording: Wording) -> str:
    """Return the document's number; both numbers once the organ's own is assigned."""
    if head.official_number and head.official_number != head.number:
        return wording("labels.number_both", official=head.official_number, number=head.number)
    if head.official_number:
        return head.official_number
    return wording("labels.number_pending", number=head.number)


def identity_text(kind: str, number: str, wording: Wording) -> str:
    """Return kind and masked number of an identity document."""
    masked = mask_identity(number)
    if kind and masked:
        return wording("format.named_number", name=kind, number=masked)
    return kind or masked


def people_rows(applicant: Party, visitor: Visitor | None, wording: Wording) -> list[Row]:
    """Return applicant, identity, phone, and the visitor with the capacity."""
    label = wording.plain
    rows = [Row(label=label("labels.applicant"), value=applicant.name)]
    identity = identity_text(applicant.id_kind, applicant.id_number, wording)
    if identity:
        rows.append(Row(label=label("labels.identity"), value=identity, half=True))
    if applicant.phone:
        phone = mask_phone(applicant.phone)
        rows.append(Row(label=label("labels.phone"), value=phone, half=True))
    if visitor is not None and visitor.capacity is not Capacity.SELF:
        capacity = label(f"capacity.{visitor.capacity}")
        rows.append(
            Row(
                label=label("labels.visitor"),
                value=wording("format.person", name=visitor.name, detail=capacity),
            )
        )
        identity = identity_text(visitor.id_kind, visitor.id_number, wording)
        if identity:
            rows.append(Row(label=label("labels.identity"), value=identity, half=True))
        if visitor.phone:
            phone = mask_phone(visitor.phone)
            rows.append(Row(label=label("labels.phone"), value=phone, half=True))
    return rows


def item_rows(view: DocumentView, wording: Wording) -> list[Row]:
    """Return the item with its scenario, and the case number where there is one."""
    rows = [Row(label=wording.plain("labels.item"), value=view.item.name, bold=True)]
    if view.item.scenario:
        rows.append(Row(label=wording.plain("labels.scenario"), value=view.item.scenario))
    if view.case_number:
        rows.append(Row(label=wording.plain("labels.case_number"), value=view.case_number))
    return rows


def due_row(label: str, value: str, wording: Wording) -> Row:
    """Return a limit as a row: 最迟 2026-11-30（周一，含当日）."""
    text = wording(
        "labels.due_value", date=dates.due_day(value), weekday=dates.weekday(value, wording)
    )
    return Row(label=wording.plain(label), value=text, bold=True)


def paragraph(text: str, *, bold: bool = False) -> Text:
    """Return a paragraph of a letter, its first line moved in."""
    return Text(text=text, bold=bold, indent=True)


def salutation(name: str, wording: Wording) -> Text:
    """Return the line that addresses the receiver."""
    return Text(text=wording("common.salutation", applicant=name), bold=True)


def material_table(lines: Sequence[MaterialLine], wording: Wording) -> tuple[Column, ...]:
    """Return the columns of a table of materials."""
    label = wording.plain
    return (
        Column(label("labels.material"), 0.42),
        Column(label("labels.quantity"), 0.27, Align.CENTRE),
        Column(label("labels.fate"), 0.31, Align.CENTRE),
    )


def material_row(line: MaterialLine, wording: Wording) -> tuple[str, ...]:
    """Return name, form and note; count; and what became of one material."""
    name = line.name
    if line.note:
        name = wording("format.person", name=name, detail=line.note)
    key = "format.quantity_pages" if line.pages else "format.quantity"
    quantity = wording(key, copies=line.copies, pages=line.pages)
    if line.form:
        quantity = wording("format.form_quantity", form=line.form, quantity=quantity)
    return name, quantity, wording.plain(f"fate.{line.fate}")


def signature_block(view: AnyNotice, wording: Wording) -> list[AnyNode]:
    """Return the lines for the receiver, or the sentence why nobody signed."""
    if view.signing.signed:
        labels = (wording.plain("common.signed_by"), wording.plain("common.signed_at"))
        return [Signatures(labels=labels)]
    sentence = wording(
        "common.not_signed", reason=view.signing.reason, witness=view.signing.witness
    )
    return [paragraph(sentence)]


def query_block(view: AnyNotice, wording: Wording) -> Qr | None:
    """Return the code that leads to the citizen's progress page, with its caption."""
    if not view.query_url:
        return None
    caption = [wording.plain("common.query"), view.receipt_number]
    if view.entry_hash:
        name = wording.plain("labels.entry_hash")
        caption.append(wording("format.named_number", name=name, number=view.entry_hash))
    return Qr(payload=view.query_url, caption=tuple(caption))


def seal_block(view: AnyNotice, wording: Wording) -> Seal:
    """Return the empty frame for the wet stamp with organ and date, the code at its left."""
    return Seal(
        notice=wording("common.seal", organ=view.head.organ),
        organ=view.head.organ,
        date=dates.long_day(view.head.issued_at, wording),
        beside=query_block(view, wording),
    )


def copy_text(copy: Copy, wording: Wording) -> str:
    """Return which print this is: 第 1 次打印, or 补打 第 2 次 with the time."""
    if copy.count <= 1:
        return wording.plain("common.copy_first")
    if not copy.at:
        return wording("common.copy_again_no_time", count=copy.count)
    return wording("common.copy_again", count=copy.count, at=dates.short_minute(copy.at))


def arrange(blocks: Blocks, order: Sequence[str]) -> list[AnyNode]:
    """Return the nodes of all blocks; those that `order` names exchange places accordingly.

    A block that `order` does not name keeps its place; a name without a block is passed over.
    Nothing can be lost this way.
    """
    present = {name for name, _ in blocks}
    wanted = [name for name in dict.fromkeys(order) if name in present]
    by_name = dict(blocks)
    turn = iter(wanted)
    nodes: list[AnyNode] = []
    for name, own in blocks:
        nodes += by_name[next(turn)] if name in wanted else own
    return nodes


def finish(
    view: DocumentView,
    blocks: Blocks,
    *,
    title: str,
    paper: Paper,
    copy: Copy,
    wording: Wording,
) -> Layout:
    """Put head, the hall's additions and foot around the blocks of a document."""
    head = view.head
    added = wording.document(kind_of(view))
    nodes: list[AnyNode] = []
    if wording.hall.logo:
        nodes.append(Logo(path=wording.hall.logo))
    nodes.append(Heading(organ=head.organ, title=title))
    if copy.count > 1:
        nodes.append(Text(text=copy_text(copy, wording), align=Align.CENTRE, bold=True))
    nodes += [paragraph(sentence) for sentence in added.before]
    nodes += arrange(blocks, added.order)
    place = wording("labels.hall_window", hall=head.hall, window=head.window)
    digest = wording(
        "format.named_number",
        name=wording.plain("labels.digest"),
        number=short(content_digest(view)),
    )
    template = wording(
        "format.named_number", name=wording.plain("labels.template"), number=head.template_version
    )
    return Layout(
        paper=paper,
        title=title,
        subject=view.receipt_number,
        author=head.organ,
        language=wording.language,
        nodes=tuple(nodes),
        footer=(place, copy_text(copy, wording), digest, template),
        page_label=wording.plain("common.page"),
    )


def finish_notice(
    view: AnyNotice,
    blocks: Blocks,
    *,
    title: str,
    copy: Copy,
    wording: Wording,
    closing: list[AnyNode] | None = None,
) -> Layout:
    """Put number, hints, people, seal, query code and signature around an A4 notice.

    `closing` takes the place of seal and receiver's signature on a paper of the applicant.
    """
    number = Text(
        text=wording(
            "format.labelled",
            label=wording.plain("labels.number"),
            # the organ gives no number of its own to a paper of the applicant
            value=view.head.number if closing else number_text(view.head, wording),
        ),
        align=Align.RIGHT,
        size=Size.SMALL,
    )
    tail: Blocks = [("notes", [paragraph(note) for note in view.notes])]
    if view.calendar_provisional:
        tail.append(("provisional", _provisional(view, wording)))
    if view.offline is not None:
        decided = isinstance(view, DeclineView)
        sentence = wording(
            "common.offline_decision" if decided else "common.offline_number",
            look_up_after=dates.due_day(view.offline.look_up_after),
            phone=view.offline.phone,
        )
        tail.append(("offline", [paragraph(sentence)]))
    added = wording.document(kind_of(view)).after
    tail.append(("added", [paragraph(sentence) for sentence in added]))
    tail.append(("people", [Space(height=2), Fields(rows=tuple(_contact_rows(view, wording)))]))
    tail.append(("signature", [Space(height=2), *(closing or _sealed(view, wording))]))
    thermal = Text(
        text=wording.plain("common.thermal_notice"), size=Size.SMALL, only=Paper.THERMAL_80
    )
    parts: Blocks = [("number", [number, Rule(), Space(height=3)]), *blocks, *tail]
    parts.append(("thermal", [Rule(dashed=True, only=Paper.THERMAL_80), thermal]))
    return finish(view, parts, title=title, paper=Paper.A4, copy=copy, wording=wording)


def _provisional(view: AnyNotice, wording: Wording) -> list[AnyNode]:
    """Say of the organ's date that it never moves later, of the applicant's that it holds."""
    keys = ["format.provisional"]
    if isinstance(view, UndertakingView):
        keys = ["format.provisional_cure"]
    elif isinstance(view, ConditionalView):
        keys.append("format.provisional_cure")
    return [paragraph(wording.plain(key)) for key in keys]


def _sealed(view: AnyNotice, wording: Wording) -> list[AnyNode]:
    return [seal_block(view, wording), *signature_block(view, wording)]


def _contact_rows(view: AnyNotice, wording: Wording) -> list[Row]:
    rows = people_rows(view.applicant, view.visitor, wording)
    handler = view.head.clerk
    if view.phone:
        handler = wording("common.contact", clerk=handler, phone=view.phone)
    rows.append(Row(label=wording.plain("labels.clerk_handle"), value=handler))
    return rows
