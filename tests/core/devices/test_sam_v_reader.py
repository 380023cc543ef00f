"""The identity card reader's driver against its emulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.devices.drivers.sam_v_reader.cards import parse_text
from terminal.devices.drivers.sam_v_reader.driver import CODES, RETRIED, Options, SamVReader
from terminal.devices.drivers.sam_v_reader.frames import read_answer, request
from terminal.devices.emulators.card_reader import CardReaderEmulator
from terminal.devices.emulators.card_text import card_text
from terminal.devices.lines import SerialSettings, make_line, parse_address
from terminal.devices.ports import IdCard
from terminal.devices.replay import Exchange, ReplayLine
from terminal.errors import DeviceError, DeviceProtocolError, DeviceTimeout, NotConnected
from tests.core.devices.samples import CARDS, FOREIGNER_2017, FOREIGNER_2023, PERMIT, RESIDENT

QUICK = Options(answer_timeout=1.0, read_timeout=2.0)


@contextmanager
def opened(emulator: CardReaderEmulator) -> Iterator[SamVReader]:
    settings = SerialSettings(baud=115200)
    driver = SamVReader(make_line(parse_address(emulator.address), settings), QUICK)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


def put(text: bytearray, offset: int, value: str) -> None:
    raw = value.encode("utf-16-le")
    text[offset : offset + len(raw)] = raw


def test_frames_have_the_published_sums() -> None:
    published = {
        b"\x20\x01": "aa aa aa 96 69 00 03 20 01 22",
        b"\x20\x02": "aa aa aa 96 69 00 03 20 02 21",
        b"\x30\x01": "aa aa aa 96 69 00 03 30 01 32",
    }
    for command, frame in published.items():
        assert request(command) == bytes.fromhex(frame)


def test_fields_stand_where_the_standard_puts_them() -> None:
    """By offset, beside the emulator that writes them by order."""
    text = bytearray(" ".encode("utf-16-le") * 128)
    put(text, 0, "陈试样")
    put(text, 30, "2")
    put(text, 32, "15")
    put(text, 36, "19850504")
    put(text, 52, "样本路1号")
    put(text, 122, PERMIT.number)
    put(text, 158, "样本公安局")
    put(text, 188, "20200101")
    put(text, 204, "长期")
    card = parse_text(bytes(text))
    assert (card.kind, card.name, card.sex, card.nation) == ("resident", "陈试样", "female", "土家")
    assert (card.address, card.issuer) == ("样本路1号", "样本公安局")
    assert (card.long_term, card.valid_to) == (True, None)
    put(text, 220, "H00000001")
    put(text, 238, "03")
    put(text, 248, "J")
    card = parse_text(bytes(text))
    assert (card.kind, card.pass_number, card.issue_count) == ("hmt_permit", "H00000001", "03")
    assert card.nation == ""


@pytest.mark.parametrize("card", CARDS, ids=[card.kind for card in CARDS])
def test_every_kind_of_card(reader: CardReaderEmulator, card: IdCard) -> None:
    with opened(reader) as driver:
        assert driver.poll() is None
        reader.put_card(card)
        assert driver.poll() == card


def test_numbers_of_15_and_18_characters() -> None:
    assert len(parse_text(card_text(FOREIGNER_2017)).number) == 15
    card = parse_text(card_text(FOREIGNER_2023))
    assert len(card.number) == 18
    assert card.number.startswith("9")
    # The space at which the two fields of the name meet is still there.
    assert card.english_name == FOREIGNER_2023.english_name
    assert len(card.english_name) > 35


@pytest.mark.parametrize("sticky", [False, True])
def test_a_card_left_lying_is_delivered_once(reader: CardReaderEmulator, sticky: bool) -> None:
    reader._sticky = sticky
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        assert [driver.poll() for _ in range(8)].count(RESIDENT) == 1
        reader.take_card()
        assert [driver.poll() for _ in range(3)] == [None] * 3
        reader.put_card(RESIDENT)
        assert driver.poll() == RESIDENT


def test_a_card_that_flickers_is_not_delivered_twice(reader: CardReaderEmulator) -> None:
    reader._sticky = True
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        assert driver.poll() == RESIDENT
        for _ in range(4):
            reader.take_card()
            assert driver.poll() is None
            reader.put_card(RESIDENT)
            assert driver.poll() is None


def test_a_card_that_lies_there_while_the_cable_is_pulled_is_not_delivered_again(
    reader: CardReaderEmulator,
) -> None:
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        assert [driver.poll() for _ in range(4)] == [RESIDENT, None, None, None]
        reader.unplug()
        with pytest.raises(NotConnected):
            driver.poll()
        reader.plug_in()
        driver.open()
        assert [driver.poll() for _ in range(4)] == [None] * 4
        reader.put_card(PERMIT)
        assert driver.poll() == PERMIT
        reader.unplug()
        reader.plug_in()
        reader.put_card(RESIDENT)
        driver.open()
        assert driver.poll() == RESIDENT


@pytest.mark.parametrize(
    "noise",
    [b"\x00", b"\xaa", b"\xaa\xaa", b"\xff" * 20, b"\xaa\x96", b"\xaa\xaa\xaa\x96\xaa"],
    ids=lambda noise: noise.hex(),
)
def test_stray_bytes_before_a_frame(reader: CardReaderEmulator, noise: bytes) -> None:
    reader.noise_before_answers(noise)
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        assert driver.poll() == RESIDENT


FRAME = request(b"\x00\x00\x90" + bytes(range(40)))


@given(st.binary(max_size=200).filter(lambda noise: b"\xaa\x96\x69" not in noise))
def test_any_noise_before_a_frame_is_skipped(noise: bytes) -> None:
    line = ReplayLine((Exchange(False, noise), Exchange(False, FRAME)))
    assert read_answer(line, 1.0) == (0x90, bytes(range(40)))


@pytest.mark.parametrize("place", range(2, len(FRAME)))
def test_a_flipped_bit_is_never_taken_for_an_answer(place: int) -> None:
    for bit in range(8):
        damaged = bytearray(FRAME)
        damaged[place] ^= 1 << bit
        with pytest.raises(DeviceError):
            read_answer(ReplayLine((Exchange(False, bytes(damaged)),)), 0.002)


def test_nothing_but_garbage(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.noise_before_answers(b"\x55" * 5000)
        with pytest.raises(DeviceProtocolError) as caught:
            driver.poll()
        assert caught.value.code == "device.reader_garbage"


def test_a_damaged_answer_is_asked_for_again(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        reader.damage_answers(2)
        assert driver.poll() == RESIDENT


def test_answers_that_stay_damaged(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.damage_answers(99)
        with pytest.raises(DeviceProtocolError) as caught:
            driver.poll()
        assert caught.value.code == "device.reader_damaged"
        reader.damage_answers(0)
        assert driver.poll() is None


@pytest.mark.parametrize("status", sorted(CODES))
def test_every_status_has_its_sentence(reader: CardReaderEmulator, status: int) -> None:
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        reader.refuse(b"\x20\x02", status)
        for _ in range(QUICK.read_tries - 1 if CODES[status] in RETRIED else 0):
            assert driver.poll() is None
        with pytest.raises(DeviceError) as caught:
            driver.poll()
        assert caught.value.code == CODES[status]
        assert caught.value.message()
        assert caught.value.hint()
        assert RESIDENT.number not in caught.value.sentence()


def test_a_card_that_cannot_be_read_is_told_once_until_it_is_lifted(
    reader: CardReaderEmulator,
) -> None:
    reader._sticky = True
    reader.refuse(b"\x30\x01", 0x41)
    with opened(reader) as driver:
        reader.put_card(RESIDENT)
        assert [driver.poll(), driver.poll()] == [None, None]
        with pytest.raises(DeviceError):
            driver.poll()
        assert [driver.poll() for _ in range(3)] == [None] * 3
        reader.refuse(b"\x30\x01", None)
        reader.take_card()
        assert [driver.poll() for _ in range(2)] == [None] * 2
        reader.put_card(RESIDENT)
        assert driver.poll() == RESIDENT


def test_a_card_that_was_still_being_laid_down_is_read_at_the_next_look(
    reader: CardReaderEmulator,
) -> None:
    with opened(reader) as driver:
        reader.refuse(b"\x30\x01", 0x41)
        reader.put_card(RESIDENT)
        assert driver.poll() is None
        reader.refuse(b"\x30\x01", None)
        assert driver.poll() == RESIDENT
        reader.take_card()
        assert [driver.poll() for _ in range(4)] == [None] * 4


def test_a_card_lifted_before_it_was_read_is_told(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.refuse(b"\x30\x01", 0x41)
        reader.put_card(RESIDENT)
        assert driver.poll() is None
        reader.take_card()
        assert driver.poll() is None
        with pytest.raises(DeviceError) as caught:
            driver.poll()
        assert caught.value.code == "device.card_reading"
        assert driver.poll() is None


def test_an_unfit_reader_does_not_open(reader: CardReaderEmulator) -> None:
    reader.refuse(b"\x11\xff", 0x66)
    with pytest.raises(DeviceError) as caught, opened(reader):
        pass
    assert caught.value.code == "device.reader_not_authorised"


def test_unplugged_while_polling(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.unplug()
        with pytest.raises(NotConnected):
            driver.poll()
        reader.plug_in()
        driver.open()
        reader.put_card(RESIDENT)
        assert driver.poll() == RESIDENT


def test_a_reader_that_says_nothing(reader: CardReaderEmulator) -> None:
    with opened(reader) as driver:
        reader.received = lambda data: None  # type: ignore[method-assign]
        with pytest.raises(DeviceTimeout):
            driver.poll()


def test_it_is_never_polled_faster_than_the_readers_stand() -> None:
    line = make_line(parse_address("serial:/dev/null"), SerialSettings())
    assert SamVReader(line, msgspec.structs.replace(QUICK, poll_interval=0.01)).poll_interval == 0.3


@pytest.mark.parametrize(
    ("offset", "value", "code", "field"),
    [
        (36, "19850231", "device.card_content", "birth"),
        (36, "１９８５０５０４", "device.card_content", "birth"),
        (188, "20200   ", "device.card_content", "valid_from"),
        (0, "陈\x1b样", "device.card_content", "name"),
        (0, "陈\u202e样", "device.card_content", "name"),
        (122, " " * 18, "device.card_content", "number"),
        (248, "Z", "device.card_kind", None),
    ],
)
def test_malformed_content(offset: int, value: str, code: str, field: str | None) -> None:
    text = bytearray(card_text(RESIDENT))
    put(text, offset, value)
    with pytest.raises(DeviceProtocolError) as caught:
        parse_text(bytes(text))
    assert caught.value.code == code
    assert caught.value.data.get("field") == field
    assert RESIDENT.number not in f"{caught.value} {caught.value.data}"


def test_half_a_character_is_malformed() -> None:
    text = bytearray(card_text(RESIDENT))
    text[0:2] = b"\x00\xd8"
    with pytest.raises(DeviceProtocolError):
        parse_text(bytes(text))


@given(st.binary(min_size=256, max_size=256))
def test_any_256_bytes_are_a_card_or_refused(text: bytes) -> None:
    try:
        card = parse_text(text)
    except DeviceProtocolError:
        return
    assert card.number


def test_personal_data_stays_out_of_repr() -> None:
    for card in CARDS:
        shown = f"{card!r} {card} {[card]}"
        for secret in (card.number, card.name, card.address, card.english_name):
            assert not secret or secret not in shown
