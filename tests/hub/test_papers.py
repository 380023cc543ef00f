"""The department's papers: as windows compose them, with the hub's code, by the item's version."""

from __future__ import annotations

import msgspec
import pytest

from hub import catalogue
from hub.desk import papers
from hub.desk.acts import DeskActs
from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.store import people
from terminal.documents import content_digest, render
from terminal.documents.views import DocumentView
from terminal.domain.catalogue import Organ, Regime, ServiceItem
from terminal.domain.records import Outcome
from terminal.errors import NotFound
from terminal.protocol.query_code import parse_query_url, verify
from terminal.protocol.snapshot import Line as Item
from tests.hub.line import Taken, TestTerminal, load
from tests.hub.week import OFFICIAL, ORGAN

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIRST = ServiceItem(
    "511602-0001", "食品经营许可（新办）", ORGAN, version="1", regime=Regime.LICENSING,
    organ=Organ(ORGAN, reconsideration_organ="区人民政府", court="区人民法院", phone="0826-1"),
)  # fmt: skip
LATER = msgspec.structs.replace(
    FIRST,
    version="2",
    organ=Organ(ORGAN, reconsideration_organ="市人民政府", court="铁路运输法院", phone="0826-2"),
)


@pytest.fixture
def taken(hub: Hub, terminal: TestTerminal) -> Taken:
    """A case that began with the item's first version; the second is published now."""
    for item in (FIRST, LATER):
        catalogue.publish(hub, [Item(item=item)])
    with hub.store.writing() as database:
        people.set_fact(database, PUBLIC_URL, "https://hub.example")
    taken = terminal.accept(terminal.receive())
    terminal.push()
    return taken


def refused(hub: Hub, taken: Taken) -> DocumentView:
    DeskActs(hub, OFFICIAL).decide(
        taken.case_id, outcome=Outcome.REFUSED, document_number="文〔2026〕2号",
        enforcement_number="执-0001", reason="场所不符合规定", basis="某条例第三十三条",
        action_id="d",
    )  # fmt: skip
    return papers.paper_of(hub, load(hub, taken), "case_decided")


def test_a_refusal_names_the_remedies_of_the_version_that_the_case_began_with(
    hub: Hub, taken: Taken
) -> None:
    text = render(refused(hub, taken), "text").decode().replace("\n", "")
    for said in ("场所不符合规定", "某条例第三十三条", "区人民政府", "区人民法院", "文〔2026〕2号"):
        assert said in text
    assert "铁路运输法院" not in text


def test_a_paper_has_the_code_that_proves_it(hub: Hub, taken: Taken) -> None:
    view = refused(hub, taken)
    code = parse_query_url(view.query_url)
    assert code is not None
    assert (code.receipt_number, code.token) == (taken.receipt_number, taken.token)
    assert verify(code, hub.keys.public)
    assert code.digest.hex() == content_digest(view)[:32]
    # The same paper again is the very same bytes.
    again = papers.paper_of(hub, load(hub, taken), "case_decided")
    assert papers.pdf(again) == papers.pdf(view)


def test_what_the_department_has_not_done_has_no_paper(hub: Hub, taken: Taken) -> None:
    case = load(hub, taken)
    assert papers.papers_of(case) == ()
    for kind in ("case_extended", "case_suspended", "case_decided", "materials_taken_over"):
        with pytest.raises(NotFound):
            papers.paper_of(hub, case, kind)
    DeskActs(hub, OFFICIAL).extend(
        taken.case_id, 5, "案情复杂", "第四十二条", "局长", "延〔2026〕1号", "e"
    )
    case = load(hub, taken)
    assert papers.papers_of(case) == ("case_extended",)
    text = render(papers.paper_of(hub, case, "case_extended"), "text").decode()
    assert "延〔2026〕1号" in text


def test_an_item_that_was_taken_off_leaves_a_bare_one_and_refuses_without_remedies(
    hub: Hub, terminal: TestTerminal
) -> None:
    from terminal.errors import RuleRefused

    taken = terminal.accept(terminal.receive())
    terminal.push()
    with pytest.raises(RuleRefused) as caught:
        papers.pdf(refused(hub, taken))
    assert caught.value.code == "document.no_remedies"
