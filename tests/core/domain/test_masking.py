"""Masking: 6+4, 3+4, and never more than half of something short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain.masking import NamePolicy, mask_identity, mask_name, mask_phone


def test_the_rule() -> None:
    assert mask_identity("210211198505041234") == "210211********1234"
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("") == ""
    assert mask_phone("024-8765-4321") == "024-****-4321"
    assert mask_identity(mask_identity("210211198505041234")) == "210211********1234"


def test_short_ones_show_less_than_half() -> None:
    assert mask_identity("E12345678") == "E1*****78"
    assert mask_phone("1234567") == "1*****7"
    assert mask_identity("12") == "**"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("张三", "张*", "*三"),
        ("王㛃", "王*", "*㛃"),
        ("𬱖", "*", "*"),
        ("欧阳小明", "欧***", "***明"),
        ("阿卜杜热合曼·麦麦提", "阿*****·***", "******·**提"),
        ("John Smith", "J*** *****", "**** ****h"),
        ("", "", ""),
    ],
)
def test_names(name: str, first: str, last: str) -> None:
    assert mask_name(name) == first
    assert mask_name(name, NamePolicy.LAST) == last
    assert mask_name(name, NamePolicy.FULL) == name


@given(st.text())
def test_length_stays_and_enough_is_hidden(text: str) -> None:
    plain = text.strip()
    for masked in (mask_identity(text), mask_phone(text)):
        assert len(masked) == len(plain)
        if plain and not set("*- ") & set(plain):
            hidden = masked.count("*")
            assert hidden >= 3 or hidden * 2 >= len(plain)
    assert len(mask_name(text)) == len(text)
