"""What an item's data lets a window do: authority that ends, the licence list, renewals."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from terminal.documents import lay_out
from terminal.documents.composing import intake as papers
from terminal.domain.answering import desk_answers
from terminal.domain.catalogue import FieldKind, FormField, WindowAuthority, in_force
from terminal.domain.records import CaseAccepted, CaseReceived
from terminal.services.acts import Circumstances, Options, case_entries
from terminal.services.drafts import with_field
from terminal.services.review import review
from terminal.services.views import Act, Review
from tests.core.documents.steps import CLERK, occasion
from tests.core.domain.life import RECEIVED, lived
from tests.core.hall import LICENCE, Hall

MONDAY = dt.date(2026, 11, 23)


def allowed(found: Review, act: Act) -> str:
    permission = next(one for one in found.permissions if one.act is act)
    return "" if permission.allowed else permission.code


def test_an_authority_that_ran_out_leaves_the_receipt_alone(hall: Hall) -> None:
    draft, rules = hall.complete(), hall.ctx.policy.rules()
    item = replace(LICENCE, authority_until="2026-11-23")
    last_day = review(draft, item, MONDAY, rules)
    assert (allowed(last_day, Act.ACCEPT), allowed(last_day, Act.DECLINE)) == ("", "")
    later = review(draft, item, MONDAY + dt.timedelta(days=1), rules)
    assert later.item.authority is WindowAuthority.RECEIVE_ONLY
    assert allowed(later, Act.RECEIVE) == ""
    for act in (Act.ACCEPT, Act.NOTIFY_CORRECTION):
        assert allowed(later, act) == "act.window_only_receives"
    assert allowed(later, Act.DECLINE) == "act.window_may_not_decline"
    # From then on the organ's own desk answers.
    case = lived(RECEIVED)
    assert desk_answers(case, in_force(item, MONDAY)) == frozenset()
    assert CaseAccepted.kind in desk_answers(case, in_force(item, MONDAY + dt.timedelta(days=1)))


def test_outside_the_list_there_is_no_licence_to_apply_for(hall: Hall) -> None:
    """清单之外无许可: nothing is begun; what began before is brought to its end."""
    draft, rules = hall.complete(), hall.ctx.policy.rules()
    item = replace(LICENCE, licence_listed=False)
    found = review(draft, item, MONDAY, rules)
    assert {one.code for one in found.permissions} == {"act.not_on_licence_list"}
    begun = review(replace(draft, case_id="a"), item, MONDAY, rules, lived(RECEIVED))
    assert allowed(begun, Act.DECLINE) == ""


def test_a_renewal_is_promised_and_told_by_the_last_day_of_the_licence(hall: Hall) -> None:
    last = FormField("until", "有效期至", FieldKind.DATE)
    item = replace(LICENCE, fields=(*LICENCE.fields, last), renews="until")
    rules, where = hall.ctx.policy.rules(), Circumstances(
        CLERK, "3号综合窗口", RECEIVED.received_at, RECEIVED.receipt_number, "t", False, "某局"
    )  # fmt: skip
    soon = with_field(hall.complete(), "until", "2026-11-26")
    found = review(soon, item, MONDAY, rules)
    assert found.law.committed_by is not None
    assert found.law.committed_by.on == dt.date(2026, 11, 26)
    draft = with_field(hall.complete(), "until", "2026-12-23")
    found = review(draft, item, MONDAY, rules)
    bodies = [one.body for one in case_entries(Act.ACCEPT, found, None, where, Options())]
    assert isinstance(bodies[0], CaseReceived)
    assert bodies[0].expires == "2026-12-23"
    notice = papers.acceptance(lived(*bodies), item, occasion())
    assert notice.notes == (
        "您的许可有效期至2026年12月23日。根据《中华人民共和国行政许可法》第五十条第二款，"
        "本机关在有效期届满前作出是否准予延续的决定；逾期未作决定的，视为准予延续。",
    )
    assert lay_out(notice)
