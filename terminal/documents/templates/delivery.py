"""Papers of delivery: address, courier slip, result hand-over, delivery receipt (送达回证)."""

from __future__ import annotations

from terminal.documents import dates
from terminal.documents.layout import (
    Align,
    AnyNode,
    Column,
    Fields,
    Layout,
    Row,
    Signatures,
    Space,
    Table,
)
from terminal.documents.templates import common, framing
from terminal.documents.views import (
    CourierSlipView,
    DeliveryAddressView,
    DeliveryReceiptView,
    ResultHandoverView,
)
from terminal.documents.wording import Wording
from terminal.domain.parties import Capacity
from terminal.domain.records import DeliveryWay
from terminal.errors import RuleRefused


def delivery_address(view: DeliveryAddressView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the applicant's confirmation of address and way of delivery.

    Raises `RuleRefused`: `document.no_consent` for electronic delivery without consent,
    `document.incomplete` for a courier without address.
    """
    common.check_case("delivery_address", view)
    if view.way is DeliveryWay.ELECTRONIC and not view.consent:
        raise RuleRefused("document.no_consent")
    if view.way is DeliveryWay.COURIER:
        common.require("delivery_address", recipient=view.recipient, address=view.address)
    if view.way is DeliveryWay.ELECTRONIC:
        common.require("delivery_address", address=view.address or view.contact)
    label = wording.plain
    rows = [Row(label=label("labels.way"), value=label(f"way.{view.way}"), bold=True)]
    for key, value in (
        ("labels.recipient", view.recipient),
        ("labels.address", view.address),
        ("labels.contact", view.contact),
    ):
        if value:
            rows.append(Row(label=label(key), value=value))
    body = wording("delivery_address.body", item=view.item.name, receipt_number=view.receipt_number)
    consent = "delivery_address.electronic" if view.consent else "delivery_address.electronic_not"
    blocks: common.Blocks = [
        (
            "body",
            [
                common.salutation(view.head.organ, wording),
                common.paragraph(body),
                Fields(rows=tuple(rows)),
                common.paragraph(label(consent)),
                common.paragraph(label("delivery_address.change")),
            ],
        ),
    ]
    closing = framing.signature_block(
        view, wording, copy, ("delivery_address.confirmer", "common.undertaken_at")
    )
    return _paper(view, blocks, "delivery_address", closing, wording, copy)


def courier_slip(view: CourierSlipView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of what goes by courier, to whom, with which number."""
    common.check_case("courier_slip", view)
    common.require(
        "courier_slip", recipient=view.recipient, contents=view.contents, sent_at=view.sent_at
    )
    label = wording.plain
    pairs = (
        ("labels.recipient", view.recipient),
        ("labels.address", view.address),
        ("labels.contact", view.contact),
        ("labels.company", view.company),
        ("labels.tracking_number", view.tracking_number),
        ("labels.sent_at", dates.long_minute(view.sent_at, wording)),
    )
    rows = [Row(label=label(key), value=value) for key, value in pairs if value]
    place = framing.joined_place(view.head.hall, view.head.window, wording)
    sender = wording("common.contact", clerk=place, phone=view.phone) if view.phone else place
    rows.append(Row(label=label("courier_slip.sender"), value=sender))
    key = "courier_slip.forward" if view.forwarded else "courier_slip.result"
    contents = tuple([(str(number), name) for number, name in enumerate(view.contents, 1)])
    columns = (
        Column(label("labels.serial"), 0.12, Align.CENTRE),
        Column(label("labels.contents"), 0.88),
    )
    nodes: list[AnyNode] = [
        common.paragraph(label(key)),
        Table(columns=columns, rows=contents),
        Space(height=1),
        Fields(rows=(*common.item_rows(view, wording), *rows)),
    ]
    if not view.forwarded:
        nodes.append(common.paragraph(label("courier_slip.handed")))
    labels = (label("courier_slip.sender"), label("courier_slip.received_by"))
    closing: list[AnyNode] = [Signatures(labels=labels)]
    return _paper(view, [("body", nodes)], "courier_slip", closing, wording, copy, people=False)


def result_handover(view: ResultHandoverView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the slip for results that were collected."""
    common.check_case("result_handover", view)
    common.require(
        "result_handover",
        things=view.things,
        receiver=view.receiver.name,
        handed_over_at=view.handed_over_at,
    )
    label = wording.plain
    columns = (
        Column(label("result_handover.column_name"), 0.46),
        Column(label("result_handover.column_number"), 0.36),
        Column(label("labels.quantity"), 0.18, Align.CENTRE),
    )
    rows = tuple(
        [
            (thing.name, thing.number, wording("format.quantity", copies=thing.count))
            for thing in view.things
        ]
    )
    body = wording("result_handover.body", at=dates.long_minute(view.handed_over_at, wording))
    nodes: list[AnyNode] = [
        common.paragraph(body),
        Table(columns=columns, rows=rows),
        Space(height=1),
        Fields(
            rows=(*common.item_rows(view, wording), *_receiver_rows(view, wording)),
        ),
        common.paragraph(label("result_handover.checked")),
    ]
    closing = framing.signature_block(
        view, wording, copy, ("result_handover.receiver", "common.signed_at")
    )
    return _paper(view, [("body", nodes)], "result_handover", closing, wording, copy)


def delivery_receipt(view: DeliveryReceiptView, wording: Wording, copy: common.Copy) -> Layout:
    """Return the layout of the delivery receipt: receiver, document, how, where, when, signature.

    Raises `RuleRefused` (`document.incomplete`): a delivery away from the window without its
    proof, documents that are not named.
    """
    common.check_case("delivery_receipt", view)
    common.require(
        "delivery_receipt",
        receiver=view.receiver.name,
        documents=view.documents,
        place=view.place,
        delivered_at=view.delivered_at,
    )
    away = view.way is not DeliveryWay.WINDOW
    if away:
        common.require("delivery_receipt", trace=view.trace)
    label = wording.plain
    rows = [
        Row(label=label("labels.documents"), value=common.joined(view.documents, wording)),
        *common.item_rows(view, wording),
        *_receiver_rows(view, wording),
        Row(label=label("labels.way"), value=label(f"way.{view.way}"), half=True),
        Row(label=label("labels.deliverer"), value=view.head.clerk, half=True),
        Row(label=label("labels.delivery_place"), value=view.place),
        Row(
            label=label("labels.delivered_at"), value=dates.long_minute(view.delivered_at, wording)
        ),
    ]
    if view.trace:
        rows.append(Row(label=label("labels.trace"), value=view.trace))
    signing = copy.signing or view.signing
    nodes: list[AnyNode] = [Fields(rows=tuple(rows))]
    note = [common.paragraph(label("delivery_receipt.note"))]
    blocks: common.Blocks = [("facts", nodes), ("note", [*note])]
    closing: list[AnyNode] = []
    if not away or signing.picture or not signing.signed:
        closing += framing.signature_block(view, wording, copy)
    if not signing.signed:
        closing.append(
            Signatures(labels=(label("labels.deliverer"), label("delivery_receipt.witnessed")))
        )
    closing += [Space(height=2), framing.seal_block(view, wording, copy)]
    return _paper(view, blocks, "delivery_receipt", closing, wording, copy)


def _receiver_rows(view: ResultHandoverView | DeliveryReceiptView, wording: Wording) -> list[Row]:
    label = wording.plain
    key = f"capacity.{view.capacity}"
    capacity = label(key) if view.capacity in Capacity.__members__ else view.capacity
    name = view.receiver.name
    value = wording("format.person", name=name, detail=capacity) if capacity else name
    rows = [Row(label=label("labels.receiver"), value=value)]
    identity = common.identity_text(view.receiver.id_kind, view.receiver.id_number, wording)
    if identity:
        rows.append(Row(label=label("labels.identity"), value=identity))
    return rows


def _paper(
    view: DeliveryAddressView | CourierSlipView | ResultHandoverView | DeliveryReceiptView,
    blocks: common.Blocks,
    kind: str,
    closing: list[AnyNode],
    wording: Wording,
    copy: common.Copy,
    *,
    people: bool = True,
) -> Layout:
    title = wording.plain(f"title.{kind}")
    return framing.finish_notice(
        view, blocks, title=title, copy=copy, wording=wording, closing=closing, people=people
    )
