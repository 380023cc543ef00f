"""Divisions: names from codes of every length, current, abolished and unknown."""

from __future__ import annotations

import pytest

from terminal.domain.divisions import DivisionState, load_divisions

CURRENT, ABOLISHED, UNKNOWN = DivisionState


@pytest.mark.parametrize(
    ("code", "name", "state"),
    [
        ("21", "辽宁省", CURRENT),
        ("210000", "辽宁省", CURRENT),
        ("2102", "辽宁省大连市", CURRENT),
        ("210211", "辽宁省大连市甘井子区", CURRENT),
        ("110105", "北京市朝阳区", CURRENT),
        ("511602", "四川省广安市广安区", CURRENT),
        ("511301", "四川省南充市", CURRENT),
        ("429004", "湖北省仙桃市", CURRENT),
        ("441900", "广东省东莞市", CURRENT),
        ("710000", "台湾省", CURRENT),
        ("810000", "香港特别行政区", CURRENT),
        ("110103", "北京市崇文区", ABOLISHED),
        ("330103", "浙江省杭州市下城区", ABOLISHED),
        ("210299", "辽宁省大连市", UNKNOWN),
        ("999999", "", UNKNOWN),
    ],
)
def test_names(code: str, name: str, state: DivisionState) -> None:
    found = load_divisions().find(code)
    assert (found.name, found.state) == (name, state)


def test_the_data_is_whole() -> None:
    divisions = load_divisions()
    provinces = [code for code in divisions.current if len(code) == 2]
    assert len(provinces) == 34
    assert len(divisions.current) > 3300
    assert not set(divisions.current) & set(divisions.abolished)
    assert all(code[:2] in divisions.current for code in divisions.current)
