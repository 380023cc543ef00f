"""The citizen's pages: what a code opens, what it does not, and what a rating becomes."""

from __future__ import annotations

import os
import re
from urllib.parse import urlencode

import msgspec
import pytest

from hub.enrol import revoke
from hub.hub import Hub
from hub.store import entries, projections
from terminal.clock import FixedClock
from terminal.domain.aggregates import Rating
from terminal.domain.records import (
    CaseDeclined,
    CorrectionItem,
    CorrectionNotified,
    DeclineKind,
    DocumentIssued,
    RatingGiven,
    RatingScope,
)
from terminal.protocol.entry import to_record
from terminal.protocol.query_code import query_url
from tests.hub.line import CLERK, Line, Reply, Taken, TestTerminal

FORM = {"content-type": "application/x-www-form-urlencoded"}


def rate(line: Line, taken: Taken, *fields: tuple[str, str], cookie: str = "") -> Reply:
    path = taken.path.replace("?", "/rate?")
    headers = FORM | ({"cookie": cookie} if cookie else {})
    return line.call("POST", path, urlencode(fields).encode(), headers)


def ratings(hub: Hub, taken: Taken) -> list[Rating]:
    with hub.store.reading() as database:
        return projections.ratings_of(database, [taken.case_id])


def words(reply: Reply) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))


def test_the_code_shows_state_due_date_and_steps(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    page = words(line.call("GET", taken.path))
    assert taken.receipt_number in page
    assert "食品经营许可（新办）" in page
    assert "已收件，待答复" in page
    assert "最迟 11-30（周一，含当日）答复是否受理" in page
    assert "11-23 周一 10:42 · 3 号综合窗口" in page
    taken = terminal.accept(taken)
    terminal.push()
    page = words(line.call("GET", taken.path))
    assert "审查中" in page
    assert "最迟 11-30（周一，含当日）办结" in page
    assert re.search(r"办件编号 5116-?2026", page)


def test_no_personal_data_but_a_masked_name(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    page = line.call("GET", taken.path).text
    assert "张**" in page
    for secret in ("张三丰", "210211198505041234", "13900001234", "滨河路", "王芳"):
        assert secret not in page


def test_the_same_page_in_english_and_back(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    page = line.call("GET", taken.path)
    link = re.search(r'href="([^"]+)" hreflang', page.text)
    assert link is not None
    english = line.call("GET", link[1].replace("&amp;", "&"))
    assert "Received, answer pending" in english.text
    assert 'lang="en"' in english.text
    link = re.search(r'href="([^"]+)" hreflang', english.text)
    assert link is not None
    assert link[1].replace("&amp;", "&") == taken.path


def test_a_wrong_token_and_an_unknown_number_are_the_same_page(
    line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    wrong = line.call("GET", f"/p/{taken.receipt_number}?t=AAAAAAAAAAAAAAAAAAAAAA")
    unknown = line.call("GET", "/p/5116-01-261123-KTM7-9999-7?t=AAAAAAAAAAAAAAAAAAAAAA")
    bare = line.call("GET", f"/p/{taken.receipt_number}")
    assert wrong.status == unknown.status == bare.status == 404
    strip = re.compile(r'href="[^"]+" hreflang')
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text) == strip.sub("", bare.text)
    assert "没有找到这个办件" in wrong.text
    # The token opens the page even where the rest of the code was lost.
    assert line.call("GET", f"/p/{taken.receipt_number}?t={taken.token}").status == 200


def test_before_the_entry_arrives_the_signature_opens_the_page(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    page = line.call("GET", taken.path)
    assert page.status == 200
    assert "这张凭证是真实的" in page.text
    forged = query_url("http://x", taken.receipt_number, taken.token, "ab" * 32, other.key)
    assert line.call("GET", forged.removeprefix("http://x")).status == 404
    place = taken.path.index("&s=") + 20
    other_sign = "B" if taken.path[place] == "A" else "A"
    changed = taken.path[:place] + other_sign + taken.path[place + 1 :]
    assert line.call("GET", changed).status == 404
    revoke(hub, terminal.id)
    assert line.call("GET", taken.path).status == 404


def test_a_rating_before_the_entry_arrives_is_kept_and_then_counts(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    reply = rate(line, taken, ("grade", "2"), ("reason", "213"), ("comment", "等太久"))
    assert reply.status == 303
    assert "您的评价已保存" in line.call("GET", reply.headers["location"]).text
    assert rate(line, taken, ("grade", "5")).status == 409, "kept once"
    terminal.push()
    (given,) = ratings(hub, taken)
    assert (given.grade, given.reasons, given.comment) == (2, ("213",), "等太久")
    assert given.subject_id == taken.case_id
    assert "您的评价：已记录，未被改动" in line.call("GET", taken.path).text


def test_a_kept_rating_of_another_token_never_counts(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    stray = query_url("", taken.receipt_number, "B" * 22, "ab" * 32, terminal.key)
    assert line.call("POST", stray.replace("?", "/rate?"), b"grade=1", FORM).status == 303
    terminal.push()
    assert ratings(hub, taken) == []


def test_the_rating_page_selects_nothing_and_can_be_left(
    line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    page = line.call("GET", taken.path.replace("?", "/rate?"))
    assert "请您评价本次服务（自愿，可不评）。" in page.text
    assert page.text.count('type="radio"') == 5
    assert "checked" not in page.text
    assert "暂不评价" in page.text
    assert "<script" not in page.text


def test_a_form_without_a_choice_is_refused_with_a_sentence(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    for fields in ([], [("grade", "")], [("grade", "6")], [("comment", "好"), ("reason", "510")]):
        reply = rate(line, taken, *fields)
        assert reply.status == 400
        assert "您还没有选择等级" in reply.text
    assert ratings(hub, taken) == []


def test_a_rating_is_the_hubs_entry_from_a_citizens_device(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    fields = [("grade", "1"), ("reason", "115"), ("reason", "510"), ("comment", "态度\r\n不好")]
    reply = rate(line, taken, *fields)
    assert reply.status == 303
    assert "谢谢，您的评价已记录" in line.call("GET", reply.headers["location"]).text
    (given,) = ratings(hub, taken)
    assert given.scope == RatingScope.MATTER
    assert (given.device, given.channel, given.ordinal) == ("web", "qr", 1)
    assert given.reasons == ("115",), "a reason of another grade is left out"
    assert given.comment == "态度\n不好"
    with hub.store.reading() as database:
        effect = entries.effect_of(database, given.head)
        assert effect is not None
        stored = entries.entry_by_hash(database, effect.entry_hash)
    assert stored is not None
    assert stored.origin == "hub"
    record = to_record(stored.entry)
    assert record is not None
    assert isinstance(record.body, RatingGiven)
    page = line.call("GET", taken.path).text
    assert "您的评价：已记录，未被改动" in page
    assert "-".join(stored.entry.hash[i : i + 4].upper() for i in (0, 4, 8)) in page
    assert "非常不满意" not in page, "who holds the paper may be the rated"


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (("reason", "199"), "不属于等级"),
        (("comment", "字" * 501), "超过 500 字"),
        (("comment", "响\x07铃"), "控制字符"),
    ],
    ids=["a reason of no list", "too long", "a control character"],
)
def test_what_no_list_has_is_refused(
    hub: Hub, line: Line, terminal: TestTerminal, field: tuple[str, str], sentence: str
) -> None:
    taken = terminal.receive()
    terminal.push()
    reply = rate(line, taken, ("grade", "1"), field)
    assert reply.status == 400
    assert sentence in reply.text
    assert ratings(hub, taken) == []


def test_an_enormous_form_is_refused(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    assert rate(line, taken, ("grade", "1"), ("comment", "a" * 100_000)).status == 413
    assert ratings(hub, taken) == []


def test_twice_is_once_and_after_the_end_once_more(
    hub: Hub, line: Line, terminal: TestTerminal, clock: FixedClock
) -> None:
    taken = terminal.receive()
    terminal.push()
    assert rate(line, taken, ("grade", "3")).status == 303
    again = rate(line, taken, ("grade", "5"))
    assert again.status == 409
    assert "评价不能修改" in again.text
    clock.advance(hours=1)
    declined = CaseDeclined(
        clock.now().wall, DeclineKind.OTHER, "材料不实", "某条例第三条", "", CLERK,
        msgspec.structs.replace(CLERK, id="lisi", name="李四"),
    )  # fmt: skip
    terminal.append(taken.case_id, declined, base=taken.head)
    terminal.push()
    assert "办结后再评价一次" in line.call("GET", taken.path).text
    clock.advance(hours=1)
    assert rate(line, taken, ("grade", "5")).status == 303
    assert [one.ordinal for one in ratings(hub, taken)] == [1, 2]
    assert rate(line, taken, ("grade", "1")).status == 409
    assert [one.grade for one in ratings(hub, taken)] == [3, 5]


def test_a_changed_rating_is_seen(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    rate(line, taken, ("grade", "1"))
    (given,) = ratings(hub, taken)
    with hub.store.writing() as database:
        better = msgspec.structs.replace(given, grade=5)
        changed = {given.rating_id: (better, better.head)}
        projections.save_many(database, changed, hub.now())
    assert "校验不一致" in line.call("GET", taken.path).text


def test_what_is_owed_and_what_was_decided_is_said(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    item = CorrectionItem("m2", "营业执照", "照片看不清", "彩色、四角完整")
    notice = CorrectionNotified(0, (item,), ("《行政许可法》第三十二条",), CLERK)
    terminal.append(taken.case_id, notice, base=taken.head)
    terminal.append(
        "doc-1",
        DocumentIssued(
            "receipt", taken.receipt_number, taken.case_id, "1", os.urandom(32).hex(),
            msgspec.Raw(b"{}"), terminal.clock.now().wall,
        ),
    )  # fmt: skip
    terminal.push()
    page = words(line.call("GET", taken.path))
    assert "待您补正" in page
    assert "营业执照：照片看不清" in page
    assert "要求：彩色、四角完整" in page
    assert "收件凭证" in page


def test_every_page_carries_its_guards(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    for path in (taken.path, taken.path.replace("?", "/rate?"), "/p/x", "/desk/sign-in"):
        headers = line.call("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert "set-cookie" not in headers


@pytest.mark.parametrize("receipt", ["<script>", "%00", "x" * 3000, "..%2f..%2fetc"])
def test_strange_numbers_are_not_found(line: Line, terminal: TestTerminal, receipt: str) -> None:
    reply = line.call("GET", f"/p/{receipt}?t=%ff&d=%00&s=<b>")
    assert reply.status == 404
    assert "<b>" not in reply.text
