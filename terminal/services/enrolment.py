"""Enrolment: a one-time code makes this machine's own key known to a hall's hub."""

from __future__ import annotations

import logging
import ssl

import msgspec

from terminal.clock import Clock
from terminal.errors import InvalidInput, StoreError, SyncError
from terminal.ids import Randomness
from terminal.protocol import wire
from terminal.protocol.enrolment_code import EnrolmentCode, parse
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import Enrolment, EnrolRequest
from terminal.settings import Settings, save_enrolled
from terminal.store import meta
from terminal.store.database import Ledger
from terminal.store.keys import Keyring
from terminal.sync.transport import HttpTransport, Transport, fetch_authority

_KEY = "enrolment"
logger = logging.getLogger(__name__)

NONCE_BYTES = 16
NEEDS_NEW_KEY = frozenset({"hub.revoked", "hub.key_retired", "hub.code_used"})
"""Why a hub refuses a key that it knows: another key with the same code may be welcome."""

_SILENT = frozenset({"sync.unreachable", "sync.timed_out"})

AUTHORITY_FILE = "ca.pem"


class EnrolmentService:
    """Knows whether, where and as which number this terminal is enrolled."""

    def __init__(self, ledger: Ledger, keys: Keyring, clock: Clock, randomness: Randomness) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._randomness = randomness
        self._current: Enrolment | None = None
        self._looked = False

    def current(self) -> Enrolment | None:
        """Return the enrolment in force, or None."""
        if self._current is None and not self._looked:
            # Looked up once: each paper asks for the public address.
            self._looked = True
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
        code = _code(code_text)
        try:
            enrolment = self._present(transport, code, name, self._keys.signing)
        except SyncError as error:
            if error.code not in NEEDS_NEW_KEY:
                raise
            # Revoked, or on the way to a new key when the program ended: with a key of its own
            # the code of this terminal makes it the same terminal again.
            following = self._keys.prepare_next()
            enrolment = self._present(transport, code, name, following)
            self._keys.take_next()
        self._keep(enrolment)
        return enrolment

    def _present(
        self, transport: Transport, code: EnrolmentCode, name: str, signing: bytes
    ) -> Enrolment:
        """Present a code and a key; return the hub's checked answer."""
        nonce = self._randomness.token_bytes(NONCE_BYTES)
        request = EnrolRequest(
            protocol=wire.PROTOCOL_VERSION,
            nonce=nonce,
            code=code.text,
            public_key=STANDARD.public_key(signing),
            name=name,
            terminal_id=self._keys.terminal_id,
        )
        reply = transport.request("POST", wire.PATH_ENROL, wire.seal(request, signing))
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
        return enrolment

    def keep_recoverable(self) -> None:
        """Wrap both keys for the hub where an earlier release wrapped only one, or none is left."""
        enrolled = self.current()
        if enrolled is not None and not self._keys.recoverable:
            try:
                self._keys.wrap_for_recovery(enrolled.recovery_key)
            except OSError:
                # Said by `doctor`; work goes on without it.
                logger.warning("no wrap for recovery could be written")

    def renewed(self, renew_at: int) -> None:
        """Keep when the key now in force is to be renewed."""
        enrolled = self.current()
        if enrolled is not None and renew_at:
            self._store(msgspec.structs.replace(enrolled, renew_at=renew_at))

    def join(self, settings: Settings, url: str, code_text: str, name: str) -> Enrolment:
        """Enrol at the hub of an address, and keep address and CA for every later start.

        The hall's CA is loaded from the hub itself and believed only if the code carries its
        fingerprint; it is kept in `keys/ca.pem` once the hub has enrolled this terminal.
        """
        code = _code(code_text)
        timeout = settings.hub.timeout_seconds
        try:
            pem = fetch_authority(url, timeout=timeout)
        except SyncError as error:
            if error.code not in _SILENT:
                raise
            raise SyncError("enrolment.unreachable", url=url) from error
        if not code.names_authority(_certificate(pem)):
            raise SyncError("enrolment.other_authority")
        kept = settings.keys_dir / AUTHORITY_FILE
        new = kept.with_suffix(".new")
        try:
            new.write_bytes(pem)
            transport = HttpTransport(url, new, timeout=timeout)
            try:
                enrolment = self.enrol(transport, code_text, name)
            except SyncError as error:
                if error.code != "sync.foreign_certificate":
                    raise
                # The authority is the code's own: what does not fit is the name.
                host = transport.host
                raise SyncError("enrolment.name_not_in_certificate", host=host) from error
            finally:
                transport.close()
            new.replace(kept)
            save_enrolled(settings.data_dir, url, kept)
        except OSError as error:
            raise StoreError("store.read_only") from error
        finally:
            new.unlink(missing_ok=True)
        return enrolment

    def _keep(self, enrolment: Enrolment) -> None:
        self._keys.wrap_for_recovery(enrolment.recovery_key)
        self._store(enrolment)

    def _store(self, enrolment: Enrolment) -> None:
        text = msgspec.json.encode(enrolment).decode()
        self._ledger.write(lambda db: meta.put(db, _KEY, text))
        self._current = enrolment


def _code(text: str) -> EnrolmentCode:
    code = parse(text)
    if code is None:
        raise InvalidInput("enrolment.no_code")
    return code


def _certificate(pem: bytes) -> bytes:
    """Return the certificate's DER bytes; nothing when this is no certificate (HTML …)."""
    try:
        return ssl.PEM_cert_to_DER_cert(pem.decode("ascii").strip())
    except ValueError:
        return b""
