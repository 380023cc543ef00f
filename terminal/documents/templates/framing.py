"""The frame around a document's blocks: head, number, people, seal, signature, foot."""

from __future__ import annotations

from collections.abc import Sequence

from terminal.documents import dates
from terminal.documents.digest import content_digest, short
from terminal.documents.layout import (
    Align,
    AnyNode,
    Fields,
    Heading,
    Layout,
    Logo,
    Paper,
    Qr,
    Row,
    Rule,
    Seal,
    Signature,
    Signatures,
    Size,
    Space,
    Text,
)
from terminal.documents.templates.common import (
    Blocks,
    Copy,
    number_text,
    paragraph,
    people_rows,
)
from terminal.documents.views import (
    AnyCasePaper,
    AnySheet,
    ConditionalView,
    CureFailedView,
    DecisionGrantView,
    DecisionRefuseView,
    DeclineView,
    DocumentView,
    UndertakingView,
    kind_of,
)
from terminal.documents.wording import Wording
from terminal.domain.records import BY_POST

DECIDED = (DeclineView, DecisionGrantView, DecisionRefuseView, CureFailedView)
"""Papers after which no time of the organ runs any more."""


def signature_block(
    view: AnyCasePaper,
    wording: Wording,
    copy: Copy,
    labels: tuple[str, str] = ("common.signed_by", "common.signed_at"),
) -> list[AnyNode]:
    """Return lines to sign on, the picture of the signature, or why nobody signed.

    `labels` are the keys of who signs and when. What was signed after the document was made
    (`copy.signing`) stands in the place of the lines.
    """
    signing = copy.signing or view.signing
    if not signing.signed:
        if signing.reason == BY_POST:
            return [paragraph(wording("common.by_post", sender=signing.witness))]
        sentence = wording("common.not_signed", reason=signing.reason, witness=signing.witness)
        return [paragraph(sentence)]
    name, time = wording.plain(labels[0]), wording.plain(labels[1])
    if not signing.picture:
        return [Signatures(labels=(name, time))]
    caption = wording(
        "common.signed_on_screen",
        signer=signing.signer,
        at=dates.short_minute(signing.signed_at or view.head.issued_at),
    )
    return [Signature(label=name, caption=caption, picture=copy.picture)]


def query_block(view: AnyCasePaper, wording: Wording) -> Qr | None:
    """Return the code that leads to the citizen's progress page, with its caption."""
    if not view.query_url:
        return None
    caption = [wording.plain("common.query"), view.receipt_number]
    if view.entry_hash:
        name = wording.plain("labels.entry_hash")
        caption.append(wording("format.named_number", name=name, number=view.entry_hash))
    return Qr(payload=view.query_url, caption=tuple(caption))


def seal_block(view: AnyCasePaper, wording: Wording, copy: Copy) -> Seal:
    """Return the frame of the stamp with organ and date, the code at its left.

    It is empty for the wet stamp, unless a seal service signed the document's digest.
    """
    notice = wording("common.seal", organ=view.head.organ)
    if copy.sealed is not None:
        notice = wording(
            "common.sealed",
            service=copy.sealed.service,
            code=copy.sealed.check_code,
            at=dates.short_minute(copy.sealed.at),
        )
    return Seal(
        notice=notice,
        organ=view.head.organ,
        date=dates.long_day(view.head.issued_at, wording),
        beside=query_block(view, wording),
        signed=copy.sealed is not None,
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
    title_key: str = "",
) -> Layout:
    """Put head, the hall's additions and foot around the blocks of a document.

    `title_key` names the title in another language where the hall prints both.
    """
    head, kind = view.head, kind_of(view)
    added = wording.document(kind)
    nodes: list[AnyNode] = []
    if wording.hall.logo:
        nodes.append(Logo(path=wording.hall.logo))
    second = wording.second(title_key or f"title.{kind}")
    nodes.append(Heading(organ=head.organ, title=title, second=second))
    if copy.count > 1:
        nodes.append(Text(text=copy_text(copy, wording), align=Align.CENTRE, bold=True))
    nodes += [paragraph(sentence) for sentence in added.before]
    nodes += arrange(blocks, added.order)
    place = joined_place(head.hall, head.window, wording)
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
        subject=view.receipt_number or head.number,
        author=head.organ,
        language=wording.language,
        nodes=tuple(nodes),
        footer=(place, copy_text(copy, wording), digest, template),
        page_label=wording.plain("common.page"),
    )


def joined_place(hall: str, window: str, wording: Wording) -> str:
    """Return hall and window as one place; a department's desk has no window."""
    return wording("labels.hall_window", hall=hall, window=window).strip()


def finish_notice(
    view: AnyCasePaper,
    blocks: Blocks,
    *,
    title: str,
    copy: Copy,
    wording: Wording,
    closing: list[AnyNode] | None = None,
    numbered: bool = True,
    people: bool = True,
    title_key: str = "",
) -> Layout:
    """Put number, hints, people, seal, query code and signature around an A4 paper of a case.

    `closing` takes the place of seal and receiver's signature on a paper that the organ does not
    seal; `numbered` False: the organ gives no number of its own to it.
    """
    number = Text(
        text=wording(
            "format.labelled",
            label=wording.plain("labels.number"),
            value=number_text(view.head, wording, copy.official_number)
            if numbered and not closing
            else view.head.number,
        ),
        align=Align.RIGHT,
        size=Size.SMALL,
    )
    tail: Blocks = [("notes", [paragraph(note) for note in view.notes])]
    if view.calendar_provisional:
        tail.append(("provisional", _provisional(view, wording)))
    if view.offline is not None:
        sentence = wording(
            _offline_key(view, copy) if closing is None else "common.offline_paper",
            look_up_after=dates.due_day(view.offline.look_up_after),
            phone=view.offline.phone,
        )
        tail.append(("offline", [paragraph(sentence)]))
    added = wording.document(kind_of(view)).after
    tail.append(("added", [paragraph(sentence) for sentence in added]))
    if people:
        tail.append(("people", [Space(height=2), Fields(rows=tuple(_contact_rows(view, wording)))]))
    end = closing or [seal_block(view, wording, copy), *signature_block(view, wording, copy)]
    tail.append(("signature", [Space(height=2), *end]))
    thermal = Text(
        text=wording.plain("common.thermal_notice"), size=Size.SMALL, only=Paper.THERMAL_80
    )
    parts: Blocks = [("number", [number, Rule(), Space(height=3)]), *blocks, *tail]
    parts.append(("thermal", [Rule(dashed=True, only=Paper.THERMAL_80), thermal]))
    return finish(
        view, parts, title=title, paper=Paper.A4, copy=copy, wording=wording, title_key=title_key
    )


def finish_sheet(
    view: AnySheet,
    blocks: Blocks,
    *,
    title: str,
    copy: Copy,
    wording: Wording,
    closing: list[AnyNode] | None = None,
) -> Layout:
    """Put number, notes and foot around an A4 paper of the house."""
    number = wording(
        "format.labelled", label=wording.plain("labels.number"), value=view.head.number
    )
    parts: Blocks = [
        ("number", [Text(text=number, align=Align.RIGHT, size=Size.SMALL), Rule()]),
        *blocks,
        ("notes", [paragraph(note) for note in view.notes]),
        ("added", [paragraph(text) for text in wording.document(kind_of(view)).after]),
        ("signature", [Space(height=3), *(closing or [])]),
    ]
    return finish(view, parts, title=title, paper=Paper.A4, copy=copy, wording=wording)


def _provisional(view: AnyCasePaper, wording: Wording) -> list[AnyNode]:
    """Say of the organ's date that it never moves later, of the applicant's that it holds."""
    keys = ["format.provisional"]
    if isinstance(view, UndertakingView):
        keys = ["format.provisional_cure"]
    elif isinstance(view, ConditionalView):
        keys.append("format.provisional_cure")
    return [paragraph(wording.plain(key)) for key in keys]


def _offline_key(view: AnyCasePaper, copy: Copy) -> str:
    """Return the sentence that names the numbers which a paper made offline still lacks."""
    numbered = bool(copy.official_number or view.head.official_number)
    if isinstance(view, DECIDED):
        return "common.offline_paper" if numbered else "common.offline_decision"
    if not numbered:
        return "common.offline_number"
    return "common.offline_numbered" if view.case_number else "common.offline_case_number"


def _contact_rows(view: AnyCasePaper, wording: Wording) -> list[Row]:
    rows = people_rows(view.applicant, view.visitor, wording)
    handler = view.head.clerk
    if view.phone:
        handler = wording("common.contact", clerk=handler, phone=view.phone)
    rows.append(Row(label=wording.plain("labels.clerk_handle"), value=handler))
    return rows
