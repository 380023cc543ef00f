"""Parts that several documents share: checks, rows, tables. Pure: views in, nodes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from terminal.documents import dates
from terminal.documents.layout import Align, AnyNode, Column, Row, Table, Text
from terminal.documents.views import (
    AnyCasePaper,
    AnyNotice,
    DocumentHead,
    Fate,
    MaterialLine,
    Party,
    ReceiptView,
    Remedies,
    Signing,
    TimeLimit,
    Visitor,
)
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.domain.masking import mask_identity, mask_phone
from terminal.domain.parties import Capacity
from terminal.domain.regime import LICENSING_LAW
from terminal.errors import RuleRefused
from terminal.texts import DEFAULT_LANGUAGE

Blocks = list[tuple[str, list[AnyNode]]]
"""Named parts of a document in their default order; a hall may exchange some."""


class Sealed(msgspec.Struct, frozen=True):
    """A seal service's signature of this document: its name, its check code, when (ISO)."""

    service: str
    check_code: str
    at: str


class Copy(msgspec.Struct, frozen=True):
    """Which print of the document this is, when it was made (ISO), and what came since.

    What was added after the document was made is no part of its digest: the organ's own number,
    a seal service's signature, the receiver's signature with its picture (PNG).
    """

    count: int = 1
    at: str = ""
    official_number: str = ""
    sealed: Sealed | None = None
    signing: Signing | None = None
    picture: bytes = b""


RETURNED = (Fate.ORIGINAL_SEEN_RETURNED, Fate.ORIGINAL_SEEN_COPY_KEPT)
"""Fates after which the original is back in the citizen's hands."""

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
    check_signing(document, view.signing)


def check_case(document: str, view: AnyCasePaper) -> None:
    """Check what every paper of a case must carry."""
    check_head(document, view.head)
    require(
        document,
        receipt_number=view.receipt_number,
        item=view.item.name,
        applicant=view.applicant.name,
    )
    check_signing(document, view.signing)


def check_signing(document: str, signing: Signing) -> None:
    """Refuse a paper that nobody signed without a reason and somebody who saw it."""
    if not signing.signed:
        require(document, reason=signing.reason, witness=signing.witness)


def check_remedies(document: str, organ: str, remedies: Remedies | None) -> Remedies:
    """Return remedies that name organ and court; raises `document.no_remedies` without them."""
    if remedies is None or not remedies.review_organ or not remedies.court:
        raise RuleRefused("document.no_remedies", organ=organ, document=document)
    return remedies


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


def number_text(head: DocumentHead, wording: Wording, assigned: str = "") -> str:
    """Return the document's number; both numbers once the organ's own is assigned."""
    official = assigned or head.official_number
    if official and official != head.number:
        return wording("labels.number_both", official=official, number=head.number)
    if official:
        return official
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


def item_rows(view: ReceiptView | AnyCasePaper, wording: Wording) -> list[Row]:
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


def with_legal_text(make: Callable[[Wording], list[AnyNode]], wording: Wording) -> list[AnyNode]:
    """Return a slip's sentences; in another language the Chinese ones, which have force, follow."""
    nodes = make(wording)
    if wording.language == DEFAULT_LANGUAGE or not nodes:
        return nodes
    notice = Text(text=wording.plain("receipt.legal_text"))
    return [*nodes, notice, *make(Wording(DEFAULT_LANGUAGE, wording.hall))]


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


def sentence_of(text: str) -> str:
    """Return a reason as part of a sentence: without the full stop that was typed."""
    return text.strip().rstrip("。；.; ")


def remedies_text(remedies: Remedies, wording: Wording) -> str:
    """Return the sentence of the remedies, by names (wording 5)."""
    key = "remedies.review_first" if remedies.review_first else "remedies.either"
    return wording(key, review_organ=remedies.review_organ, court=remedies.court)


def remedies_nodes(remedies: Remedies, wording: Wording) -> list[AnyNode]:
    """Return the sentences of the remedies; reconsideration that comes first has its period."""
    nodes: list[AnyNode] = [paragraph(remedies_text(remedies, wording))]
    if remedies.review_first:
        nodes.append(paragraph(wording.plain("remedies.review_first_period")))
    return nodes


def materials_block(lines: Sequence[MaterialLine], heading: str, wording: Wording) -> list[AnyNode]:
    """Return a table of materials under its heading; nothing for none."""
    if not lines:
        return []
    rows = tuple([material_row(line, wording) for line in lines])
    return [Text(text=heading, bold=True), Table(columns=material_table(lines, wording), rows=rows)]


def originals_block(lines: Sequence[MaterialLine], wording: Wording) -> list[AnyNode]:
    """Return what was given back and what is kept, apart (wording 11); what stays in the file."""
    returned = [line for line in lines if line.fate in RETURNED]
    kept = [line for line in lines if line.fate is Fate.ORIGINAL_KEPT]
    filed = [line for line in kept if line.filed]
    collected = [line for line in kept if not line.filed]
    nodes: list[AnyNode] = []
    names = {
        "returned": counted(returned, wording),
        "kept": counted(collected, wording),
    }
    if returned and collected:
        nodes.append(Text(text=wording("receipt.originals_both", **names), bold=True))
    elif returned:
        nodes.append(Text(text=wording("receipt.originals_returned", **names), bold=True))
    elif collected:
        nodes.append(Text(text=wording("receipt.originals_kept", **names), bold=True))
    if filed:
        sentence = wording("receipt.originals_filed", filed=counted(filed, wording))
        nodes.append(Text(text=sentence))
    return nodes


def grouped(number: str) -> str:
    """Let a receipt number end its line behind its date: 5116-01-261123- KTM7-0001-7."""
    groups = number.split("-")
    return "- ".join(("-".join(groups[:3]), "-".join(groups[3:]))) if len(groups) > 3 else number
