"""The terminal's own key is renewed in the loop, a year after it came into use.

The new key is kept before the hub hears of it and used after the hub has it, so that whatever
ends the program in between, the same key is announced again. Nothing waits for any of this: a
key past its date still pushes.
"""

from __future__ import annotations

import logging
from typing import Protocol

from terminal.errors import SyncError, TerminalError
from terminal.protocol.renewal import PATH_KEY, KeyAnswer, KeyRequest, prove
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import PROTOCOL_VERSION
from terminal.sync.push import TOO_MUCH
from terminal.sync.turn import Turn

logger = logging.getLogger(__name__)

UNKNOWN = "hub.unknown_terminal"


class RenewableKeys(Protocol):
    """The terminal's keys as the renewal sees them; each call is durable when it returns."""

    @property
    def signing(self) -> bytes:
        """The key in force."""
        ...

    def next_key(self) -> bytes | None:
        """Return the key that was made to follow."""
        ...

    def prepare_next(self) -> bytes:
        """Make the key that is to follow, or return it."""
        ...

    def previous_key(self) -> bytes | None:
        """Return the key before the one in force."""
        ...

    def renew_at(self) -> int:
        """Return when the key in force is to be renewed, in the hub's milliseconds."""
        ...

    def renewed(self, renew_at: int) -> None:
        """Sign with the key that followed; it is to be renewed at that moment."""
        ...


class Renewal:
    """Announces keys to the hub."""

    def __init__(self, keys: RenewableKeys) -> None:
        self._keys = keys

    def finish(self, turn: Turn) -> None:
        """Announce a key that waits for it; only a broken line stops the turn."""
        if self._keys.next_key() is not None:
            self._try(turn)

    def look(self, turn: Turn) -> None:
        """Renew the key when its date has passed by the hub's clock."""
        if turn.client.hub_time > self._keys.renew_at() and not turn.stopping():
            self._try(turn)

    def renew(self, turn: Turn) -> None:
        """Change the key now; `SyncError` when the hub could not be told (it will be)."""
        key = self._keys.prepare_next()
        answer = _announce(turn, key, self._keys.signing)
        self._keys.renewed(answer.renew_at)

    def announce_again(self, turn: Turn) -> bool:
        """Tell a hub that was taken back before the last change; say whether that helped."""
        before = self._keys.previous_key()
        if before is None:
            return False
        try:
            _announce(turn, self._keys.signing, before)
        except SyncError:
            return False
        return True

    def _try(self, turn: Turn) -> None:
        try:
            self.renew(turn)
        except TerminalError as error:
            if error.code in TOO_MUCH:
                raise
            # An older hub, one that does not like it, a full disk: records are sent all the same.
            logger.warning("key not renewed: %s", error.code)


def _announce(turn: Turn, key: bytes, signing: bytes) -> KeyAnswer:
    nonce = turn.client.nonce()
    request = KeyRequest(
        protocol=PROTOCOL_VERSION,
        nonce=nonce,
        terminal_id=turn.keys.terminal_id,
        public_key=STANDARD.public_key(key),
        proof=prove(turn.keys.terminal_id, key),
    )
    answer = turn.client.ask("POST", PATH_KEY, request, nonce, KeyAnswer, signing=signing)
    if answer.key != key_id(request.public_key):
        raise SyncError("sync.wrong_answer")
    return answer
