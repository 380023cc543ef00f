"""The courier file's form: sealed, signed, whole or refused, one piece in memory at a time."""

from __future__ import annotations

import errno
import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.errors import InvalidInput
from terminal.protocol import courier, courier_files
from terminal.protocol.courier import CourierWriter, Frame, Kept, Manifest, Message, Scan
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import BlobPiece

SIGNING = STANDARD.new_private_key()
PUBLIC = STANDARD.public_key(SIGNING)
READER = X25519PrivateKey.generate()
READER_KEY = READER.public_key().public_bytes_raw()
FRAME = Frame(
    "outbox", "std", "e1", "t1", "07", "hall", "广安市政务服务中心", key_id(PUBLIC),
    key_id(READER_KEY), 1_795_401_720_000,
)  # fmt: skip


def write(stream: BinaryIO, *messages: Message, frame: Frame = FRAME) -> None:
    writer = CourierWriter(stream, frame, READER_KEY, SIGNING)
    for message in messages:
        writer.add(message)
    writer.close()


def made(*messages: Message) -> bytes:
    stream = io.BytesIO()
    write(stream, *messages)
    return stream.getvalue()


def read(stream: BinaryIO, key: bytes = PUBLIC) -> list[Message]:
    head = courier.read_head(stream)
    courier.check_whole(stream, head, key)
    stream.seek(len(head.data))
    return list(courier.messages(stream, head, READER.private_bytes_raw()))


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(io.BytesIO(data))
    assert caught.value.sentence()
    return caught.value.code


CONTENT: tuple[Message, ...] = (
    Manifest(os.urandom(32), ()),
    Scan(BlobPiece(1, "t1", b"n", "00", 0, 3, b"abc")),
    Kept(("00",)),
)
WHOLE = made(*CONTENT)


def test_what_was_sealed_comes_out() -> None:
    assert read(io.BytesIO(WHOLE)) == list(CONTENT)


def test_nobody_else_reads_it() -> None:
    assert b"abc" not in WHOLE
    stranger = X25519PrivateKey.generate().private_bytes_raw()
    stream = io.BytesIO(WHOLE)
    head = courier.read_head(stream)
    with pytest.raises(InvalidInput, match="签名"):
        list(courier.messages(stream, head, stranger))


def test_the_frame_is_read_without_a_key() -> None:
    frame = courier.read_head(io.BytesIO(WHOLE)).frame
    assert (frame.hall, frame.terminal_number, frame.direction) == ("hall", "07", "outbox")


def test_another_signer_is_noticed() -> None:
    with pytest.raises(InvalidInput, match="签名"):
        read(io.BytesIO(WHOLE), STANDARD.public_key(STANDARD.new_private_key()))


@given(at=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_one_flipped_bit_is_noticed(at: int, bit: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= 1 << bit
    assert refused(bytes(changed)).startswith("courier.")


@given(length=st.integers(0, len(WHOLE) - 1))
@settings(max_examples=150, deadline=None)
def test_a_file_cut_anywhere_is_noticed(length: int) -> None:
    code = refused(WHOLE[:length])
    assert code == ("courier.none" if length < 14 else "courier.cut")


def test_something_behind_the_end_is_noticed() -> None:
    assert refused(WHOLE + b"\0") == "courier.damaged"


def _pieces(data: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Return head, pieces with their lengths, and the signature part."""
    stream = io.BytesIO(data)
    head = courier.read_head(stream)
    pieces: list[bytes] = []
    last = False
    while not last:
        header, sealed, last = courier._piece(stream)
        pieces.append(header + sealed)
    return head.data, pieces, stream.read()


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (0, 1, 1, 2)])
def test_moved_pieces_are_noticed_even_when_signed_again(order: tuple[int, ...]) -> None:
    """The seal itself counts the pieces: whoever had the signing key could not move them."""
    head, pieces, _ = _pieces(WHOLE)
    digest, body = STANDARD.digest(head), b""
    for number in order:
        digest = STANDARD.digest(digest + pieces[number])
        body += pieces[number]
    signature = STANDARD.sign(SIGNING, b"yichuang-courier-1" + digest)
    assert refused(head + body + b"\0\x40" + signature) == "courier.damaged"


def test_a_file_ended_early_by_its_writer_is_noticed() -> None:
    """The mark of the last piece is sealed with it: moving it to another one does not open."""
    head, pieces, _ = _pieces(WHOLE)
    first = bytes([pieces[0][0] | 0x80]) + pieces[0][1:]
    digest = STANDARD.digest(STANDARD.digest(head) + first)
    signature = STANDARD.sign(SIGNING, b"yichuang-courier-1" + digest)
    assert refused(head + first + b"\0\x40" + signature) == "courier.damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "courier.none"),
        (b"<html>login</html>" * 9, "courier.none"),
        (b"PK\x03\x04" + bytes(200), "courier.none"),
        (courier.MAGIC + b"\x00\x02" + bytes(90), "courier.newer"),
        (courier.MAGIC + b"\x00\x00" + bytes(90), "courier.damaged"),
        (courier.MAGIC + b"\x00\x01\xff\xff\xff\xff" + bytes(90), "courier.damaged"),
        (courier.MAGIC + b"\x00\x01\x00\x00\x00\x05" + b"\x91" * 90, "courier.damaged"),
    ],
)
def test_what_is_no_file_of_ours(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_size_that_is_a_lie_takes_no_memory() -> None:
    head, pieces, _ = _pieces(WHOLE)
    bomb = head + b"\x7f\xff\xff\xff" + pieces[0][4:]
    tracemalloc.start()
    assert refused(bomb) == "courier.damaged"
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 << 20


def test_an_algorithm_of_the_future_is_named() -> None:
    stream = io.BytesIO()
    write(stream, *CONTENT, frame=msgspec.structs.replace(FRAME, suite="gm"))
    assert refused(stream.getvalue()) == "courier.unknown_suite"


def test_a_large_file_goes_through_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large.ycf"
    piece = os.urandom(1 << 20)
    tracemalloc.start()
    with courier_files.written(path) as stream:
        writer = CourierWriter(stream, FRAME, READER_KEY, SIGNING)
        for number in range(24):
            scan = BlobPiece(1, "t1", b"n", "00", number << 20, 24 << 20, piece)
            writer.add(Scan(scan))
        writer.close()
    with courier_files.opened(path) as stream:
        head = courier.read_head(stream)
        assert courier.check_whole(stream, head, PUBLIC) == 24
        stream.seek(len(head.data))
        assert sum(1 for _ in courier.messages(stream, head, READER.private_bytes_raw())) == 24
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 12 << 20


# On the stick


def failing(number: int) -> Callable[..., Any]:
    """Raise this error at the second write."""
    count = [0]

    def write(data: bytes) -> int:
        count[0] += 1
        if count[0] == 2:
            raise OSError(number, os.strerror(number))
        return len(data)

    return write


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EIO, "courier.cannot_write"),
        (errno.ENODEV, "courier.cannot_write"),
        (errno.ENOSPC, "courier.full"),
        (errno.EROFS, "courier.read_only"),
        (errno.EFBIG, "courier.file_limit"),
        (errno.ENOENT, "courier.no_folder"),
    ],
)
def test_a_stick_that_fails_in_the_middle(tmp_path: Path, number: int, code: str) -> None:
    path = tmp_path / "out.ycf"

    class Stick(io.BytesIO):
        write = staticmethod(failing(number))

    with pytest.raises(InvalidInput) as caught, courier_files.written(path):
        write(Stick(), *CONTENT)
    assert caught.value.code == code
    assert caught.value.sentence()
    assert list(tmp_path.iterdir()) == []


def test_a_crash_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    def crash() -> None:
        with courier_files.written(tmp_path / "out.ycf") as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert list(tmp_path.iterdir()) == []


def test_names_say_no_more_than_direction_terminal_and_minute(tmp_path: Path) -> None:
    first = courier_files.place(tmp_path, FRAME)
    assert first.name == "yichuang-outbox-07-20261123-1042.ycf"
    first.touch()
    assert courier_files.place(tmp_path, FRAME).name == "yichuang-outbox-07-20261123-1042-2.ycf"


@given(number=st.text(max_size=8))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_names_are_plain_whatever_the_number(tmp_path: Path, number: str) -> None:
    name = courier_files.place(tmp_path, msgspec.structs.replace(FRAME, terminal_number=number))
    assert name.parent == tmp_path
    assert name.name.isascii()
