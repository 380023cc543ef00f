"""Enrolment: a one-time code makes this machine's own key known to a hall's hub."""

from __future__ import annotations

import msgspec

from terminal.clock import Clock
from terminal.errors import InvalidInput, SyncError
from terminal.ids import Randomness
from terminal.protocol import wire
from terminal.protocol.enrolment_code import parse
from terminal.protocol.wire import Enrolment, EnrolRequest
from terminal.store import meta
from terminal.store.database import Ledger
from terminal.store.keys import Keyring
from terminal.sync.transport import Transport

_KEY = "enrolment"
NONCE_BYTES = 16


class EnrolmentService:
    """Knows whether, where and as which number this terminal is enrolled."""

    def __init__(self, ledger: Ledger, keys: Keyring, clock: Clock, randomness: Randomness) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._randomness = randomness
        self._current: Enrolment | None = None

    def current(self) -> Enrolment | None:
        """Return the enrolment in force, or None."""
        if self._current is None:
            stored = self._ledger.read(lambda db: meta.get(db, _KEY))
            if stored:
                self._current = msgspec.json.decode(stored, type=Enrolment)
        return self._current

    def enrol(self, transport: Transport, code_text: str, name: str) -> Enrolment:
        """Present a one-time code and this terminal's public key; keep the hub's answer.

        The code carries the fingerprint of the hub's key: an answer signed by another key is
        refused, whoever ends TLS on the way. Raises `InvalidInput` for a code that is none and
        `SyncError` with the hub's reason.
        """
        code = parse(code_text)
        if code is None:
            raise InvalidInput("enrolment.no_code")
        nonce = self._randomness.token_bytes(NONCE_BYTES)
        request = EnrolRequest(
            protocol=wire.PROTOCOL_VERSION,
            nonce=nonce,
            code=code.text,
            public_key=self._keys.public,
            name=name,
        )
        reply = transport.request("POST", wire.PATH_ENROL, wire.seal(request, self._keys.signing))
        envelope = wire.open_envelope(reply.body)
        try:
            claimed = msgspec.msgpack.decode(envelope.body, type=Enrolment)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SyncError("sync.bad_message") from error
        if not code.names_hub(claimed.hub_key):
            raise SyncError("enrolment.other_hub")
        enrolment = wire.unseal(envelope, claimed.hub_key, Enrolment)
        if enrolment.nonce != nonce:
            raise SyncError("sync.wrong_answer")
        if enrolment.refusal:
            raise SyncError(enrolment.refusal)
        if enrolment.terminal_id != self._keys.terminal_id:
            raise SyncError("sync.wrong_answer")
        self._keep(enrolment)
        return enrolment

    def _keep(self, enrolment: Enrolment) -> None:
        self._keys.wrap_for_recovery(enrolment.recovery_key)
        text = msgspec.json.encode(enrolment).decode()
        self._ledger.write(lambda db: meta.put(db, _KEY, text))
        self._current = enrolment
