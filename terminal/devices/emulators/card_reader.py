"""An identity card reader made of software, speaking SAM_V frames."""

from __future__ import annotations

from pathlib import Path

from terminal.devices.emulators.card_text import card_text
from terminal.devices.emulators.pty import PtyDevice
from terminal.devices.ports import IdCard

_START = bytes.fromhex("aa aa aa 96 69")
_FIND, _SELECT, _READ = b"\x20\x01", b"\x20\x02", b"\x30\x01"
_STATUS, _RESET, _SAM_ID = b"\x11\xff", b"\x10\xff", b"\x12\xff"


class CardReaderEmulator(PtyDevice):
    """A reader on a pseudo-terminal.

    As real ones do, it finds a card once and then no more until the card was lifted;
    `sticky` readers go on finding it.
    """

    def __init__(self, link: Path, *, sticky: bool = False) -> None:
        self._text: bytes | None = None
        self._photo = b""
        self._read = False
        self._sticky = sticky
        self._unread = bytearray()
        self._noise = b""
        self._damaged = 0
        self._refusals: dict[bytes, int] = {}
        self._finds = 0
        super().__init__(link)

    def put_card(self, card: IdCard) -> None:
        """Put a card on the reader."""
        self.put_raw(card_text(card), card.photo)

    def put_raw(self, text: bytes, photo: bytes = b"") -> None:
        """Put a card with these 256 bytes of text on the reader."""
        with self._lock:
            self._text, self._photo = text, photo.ljust(1024, b"\0")
            self._read = False

    def take_card(self) -> None:
        """Lift the card."""
        with self._lock:
            self._text = None

    @property
    def card_is_there(self) -> bool:
        """Say whether a card lies on the reader."""
        return self._text is not None

    def noise_before_answers(self, noise: bytes) -> None:
        """Send these bytes before every answer from now on."""
        with self._lock:
            self._noise = noise

    def damage_answers(self, count: int) -> None:
        """Send the next answers with a wrong check sum."""
        with self._lock:
            self._damaged = count

    def refuse(self, command: bytes, status: int | None) -> None:
        """Answer a command (`20 02`, `30 01`, …) with a status byte; None: normally again."""
        with self._lock:
            if status is None:
                self._refusals.pop(command, None)
            else:
                self._refusals[command] = status

    def wait_for_polls(self, count: int, timeout: float = 5.0) -> None:
        """Wait until the terminal has looked for a card so many times more."""
        with self._changed:
            goal = self._finds + count
            if not self._changed.wait_for(lambda: self._finds >= goal, timeout):
                raise TimeoutError("the reader was not polled")

    def connected(self) -> None:
        # Without power it forgets which card it has read.
        self._unread.clear()
        self._read = False

    def received(self, data: bytes) -> None:
        self._unread += data
        while True:
            start = self._unread.find(_START)
            if start < 0 or len(self._unread) < start + 7:
                return
            length = int.from_bytes(self._unread[start + 5 : start + 7], "big")
            end = start + 7 + length
            if len(self._unread) < end:
                return
            covered = bytes(self._unread[start + 5 : end - 1])
            check = self._unread[end - 1]
            del self._unread[:end]
            if _xor(covered) != check:
                self._answer(0x10)
            else:
                self._do(covered[2:4])

    def _do(self, command: bytes) -> None:
        if command == _FIND:
            self._finds += 1
        refusal = self._refusals.get(command)
        if refusal is not None:
            self._answer(refusal)
        elif command == _FIND:
            there = self._text is not None and (self._sticky or not self._read)
            self._answer(0x9F, b"\0\0\0\0") if there else self._answer(0x80)
        elif command == _SELECT:
            self._answer(0x90, bytes(8)) if self._text is not None else self._answer(0x81)
        elif command == _READ:
            self._send_card()
        elif command in {_STATUS, _RESET}:
            self._answer(0x90)
        elif command == _SAM_ID:
            self._answer(0x90, bytes(16))
        else:
            self._answer(0x21)

    def _send_card(self) -> None:
        if self._text is None:
            self._answer(0x41)
            return
        self._read = True
        self._answer(0x90, bytes.fromhex("01 00 04 00") + self._text + self._photo)

    def _answer(self, status: int, data: bytes = b"") -> None:
        body = bytes([0, 0, status]) + data
        covered = (len(body) + 1).to_bytes(2, "big") + body
        check = _xor(covered)
        if self._damaged:
            self._damaged -= 1
            check ^= 0xFF
        self.send(self._noise + _START + covered + bytes([check]))


def _xor(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check
