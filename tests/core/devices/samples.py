"""Invented cards, a slip and a wait, for the tests of the device layer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date

from terminal.devices.ports import IdCard

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number_of(first_17: str) -> str:
    """Return an identity number with its check digit (GB 11643, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return first_17 + "10X98765432"[total % 11]


RESIDENT = IdCard(
    kind="resident",
    name="阿卜杜热合曼·麦麦提",
    number=number_of("65310119900307101"),
    sex="male",
    nation="维吾尔",
    nation_code="05",
    birth=date(1990, 3, 7),
    address="新疆维吾尔自治区喀什市样本路2号",
    issuer="喀什市公安局",
    valid_from=date(2020, 1, 2),
    long_term=True,
    photo=bytes(range(256)) * 4,
)
PERMIT = IdCard(
    kind="hmt_permit",
    name="陈试样",
    number=number_of("81000019850504102"),
    sex="female",
    birth=date(1985, 5, 4),
    address="辽宁省大连市样本路3号",
    issuer="大连市公安局",
    valid_from=date(2023, 8, 1),
    valid_to=date(2028, 8, 1),
    pass_number="H00000001",
    issue_count="01",
    photo=bytes(1024),
)
FOREIGNER_2017 = IdCard(
    kind="foreigner_2017",
    name="样本",
    english_name="SAMPLE, PERSON OF THE TESTS",
    number="XXA210185050401",
    sex="female",
    nation="XXA",
    nation_code="XXA",
    birth=date(1985, 5, 4),
    issuer="2100",
    valid_from=date(2019, 1, 1),
    valid_to=date(2029, 1, 1),
    photo=bytes(1024),
)
FOREIGNER_2023 = IdCard(
    kind="foreigner_2023",
    name="",
    # The break between the two fields falls on the space after 35 characters.
    english_name="MAXIMILIAN ALEXANDER VON DER SAMPLE JUNIOR",
    number=number_of("92102119850504123"),
    sex="male",
    nation="XXA",
    nation_code="XXA",
    birth=date(1985, 5, 4),
    issue_count="02",
    valid_from=date(2024, 1, 1),
    valid_to=date(2034, 1, 1),
    photo=bytes(1024),
)
CARDS = (RESIDENT, PERMIT, FOREIGNER_2017, FOREIGNER_2023)

SLIP = b"\x1b@\x1c&" + "收件凭证".encode("gbk") + b"\n\x1dV\x42\x00"


def wait_until(condition: Callable[[], bool], timeout: float = 5.0) -> None:
    """Wait until something is so; fail the test if it does not come to be in time."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.005)
