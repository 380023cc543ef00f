"""A hub as a stranger would write it from docs/protocol.md, with nothing of this program.

Standard library, `cryptography`, and msgspec for MessagePack only. It enrols, stores, chains,
finds forks, judges by a few steps of its own, numbers accepted cases in entries of its own,
feeds them back, and takes blobs. Kept in memory: durability is another matter than the line.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MEDIA_TYPE = "application/vnd.yichuang+msgpack"
RECORDS = uuid.UUID("6f0c7a52-3a0e-5d0b-9f4e-2f6a1c9d8e71")
CREATES = {"epoch_opened", "visit_opened", "case_received", "rating_given", "document_issued"}
HALL = "there"
Message = dict[str, Any]
NOTHING: dict[str, Message] = {
    "/api/v1/enrol": {
        "terminal_number": "", "hall_id": "", "hall_name": "", "region": "", "public_url": "",
        "hub_key": b"", "recovery_key": b"", "hub_time": 0,
    },
    "/api/v1/entries": {
        "epoch": "", "stored_seq": 0, "stored_hash": "", "hub_time": 0, "hub_epoch": "",
        "hub_seq": 0,
    },
    "/api/v1/feeds": {"hub_time": 0, "pages": []},
    "blob": {"sha256": "", "received": 0, "complete": False},
}  # fmt: skip
"""What a refusal says in the fields that have no default."""


def pack(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def unpack(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Refusal(Exception):
    """A request that gets a signed refusal."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class StrangersHub:
    """Everything that the hub knows, behind one lock."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes_raw()
        self.recovery = X25519PrivateKey.generate().public_key().public_bytes_raw()
        self.epoch = str(uuid.uuid4())
        self.secrets: dict[str, str] = {}  # hash of a code's secret: id of the key that used it
        self.terminals: dict[str, bytes] = {}  # id: public key
        self.chains: dict[tuple[str, str], list[Message]] = {}  # (origin, epoch): its entries
        self.forks: list[Message] = []
        self.effects: dict[str, Message] = {}
        self.histories: dict[str, list[str]] = {}  # aggregate: its record ids
        self.feeds: dict[str, list[Message]] = {}
        self.blobs: dict[str, bytes] = {}
        self.waiting: list[Message] = []
        self.numbers = 0
        self._lock = threading.RLock()

    # 1, 4: keys and enrolment

    def make_code(self) -> str:
        secret = base64.b32encode(os.urandom(10)).decode()
        self.secrets[digest(secret.encode())] = ""
        return f"YC1-{secret}-{digest(self.public)[:16]}-{'0' * 16}"

    def enrol(self, name: str, request: Message) -> Message:
        secret = digest(request["code"].split("-")[1].encode())
        if secret not in self.secrets:
            raise Refusal(403, "hub.code_unknown")
        if self.secrets[secret] not in ("", name):
            raise Refusal(403, "hub.code_used")
        self.secrets[secret] = name
        self.terminals[name] = request["public_key"]
        return {
            "terminal_id": name, "terminal_number": f"{len(self.terminals):02d}", "hall_id": HALL,
            "hall_name": "别处政务服务中心", "region": "511621", "public_url": "http://127.0.0.1",
            "hub_key": self.public, "recovery_key": self.recovery, "hub_time": now(),
            "renew_at": now() + 31_536_000_000,
        }  # fmt: skip

    # 5: push

    def push(self, name: str, batch: Message) -> Message:
        placed = [self._placed(entry, name, batch["epoch"]) for entry in batch["entries"]]
        chain = self.chains.setdefault((name, batch["epoch"]), [])
        fork = None
        for one in placed:
            seq = one["header"]["seq"]
            if seq > len(chain) + 1:
                break
            if seq <= len(chain):
                if chain[seq - 1]["hash"] != one["hash"]:
                    there = chain[seq - 1]["hash"]
                    fork = {"epoch": batch["epoch"], "seq": seq, "hub_hash": there}
            elif one["header"]["prev_hash"] != (chain[-1]["hash"] if chain else "0" * 64):
                fork = {"epoch": batch["epoch"], "seq": seq - 1, "hub_hash": chain[-1]["hash"]}
            if fork:
                self.forks += placed[placed.index(one) :]
                break
            if seq > len(chain):
                chain.append(one)
                self.waiting.append(one)
        self.judge()
        own = self.chains.get(("hub", self.epoch), [])
        last = placed[-1]["header"]["seq"] if placed else len(chain)
        end = min(last, len(chain)) if fork is None else max(0, fork["seq"] - 1)
        effects = [self._shared(one) for one in placed if one["header"]["seq"] <= end]
        return {
            "epoch": batch["epoch"], "stored_seq": end,
            "stored_hash": chain[end - 1]["hash"] if end else "", "hub_time": now(),
            "hub_epoch": self.epoch if own else "", "hub_seq": len(own),
            "effects": effects, "fork": fork,
        }  # fmt: skip

    def _placed(self, entry: Message, origin: str, epoch: str) -> Message:
        header = json.loads(entry["header"])
        if digest(entry["header"]) != entry["hash"]:
            raise Refusal(400, "journal.hash_differs")
        if header["origin"] != origin:
            raise Refusal(400, "hub.foreign_origin")
        if header["epoch"] != epoch:
            raise Refusal(400, "hub.foreign_epoch")
        return {**entry, "header": header, "bytes": entry["header"]}

    # 6: judging

    def judge(self) -> None:
        """Judge what waits, again and again, until nothing more can be judged."""
        before = -1
        while len(self.waiting) != before:
            before = len(self.waiting)
            for one in list(self.waiting):
                effect, code = self._judged(one)
                header = one["header"]
                known = self.effects.get(header["record_id"])
                if known is None or known["effect"] == "held":
                    self._tell(one, effect, code)
                if effect != "held":
                    self.waiting.remove(one)

    def _judged(self, one: Message) -> tuple[str, str]:
        header = one["header"]
        known = self.effects.get(header["record_id"])
        if known is not None and known["entry_hash"] != one["hash"]:
            return "shared", ""
        if digest(one["payload"]) != header["payload_hash"]:
            return "refused", "journal.hash_differs"
        for needed in header["needs"]:
            if self.effects.get(needed, {}).get("effect") != "applied":
                return "held", "hub.record_missing"
        payload = json.loads(one["payload"])
        if not set(payload["blobs"]) <= set(self.blobs):
            return "held", "hub.blob_missing"
        history = self.histories.get(header["aggregate_id"])
        if history is None and (header["kind"] not in CREATES or header["base"]):
            return "held", "journal.base_missing"
        if history is not None and header["kind"] in CREATES:
            return "conflict", "journal.created_twice"
        if history is not None and header["base"] not in history:
            return "held", "journal.base_missing"
        self.histories.setdefault(header["aggregate_id"], []).append(header["record_id"])
        if header["kind"] == "case_accepted":
            self._number(header["aggregate_id"], header["record_id"], header["origin"])
        return "applied", ""

    def _tell(self, one: Message, effect: str, code: str) -> None:
        header = one["header"]
        record = header["record_id"]
        said = {"record_id": record, "entry_hash": one["hash"], "effect": effect, "code": code}
        if self.effects.get(record) != said:
            self.effects[record] = said
            if header["origin"] != "hub":
                self.append(f"progress/{header['origin']}", "effect", record, pack(said))

    def _shared(self, one: Message) -> Message:
        return {**self.effects[one["header"]["record_id"]], "entry_hash": one["hash"]}

    def _number(self, case_id: str, head: str, terminal: str) -> None:
        """Write an entry of the hub's own: the case has its number."""
        self.numbers += 1
        action = f"number/{case_id}"
        chain = self.chains.setdefault(("hub", self.epoch), [])
        body = {"case_number": f"5116-2026-{self.numbers:09d}-0"}
        payload = compact({"salt": os.urandom(16).hex(), "body": body, "blobs": []})
        header = {
            "version": 1, "suite": "std",
            "record_id": str(uuid.uuid5(RECORDS, f"{action}/{case_id}/case_numbered")),
            "action_id": action, "origin": "hub", "epoch": self.epoch, "seq": len(chain) + 1,
            "kind": "case_numbered", "schema": 1, "aggregate_id": case_id, "base": head,
            "needs": [],
            "time": {"wall": now(), "monotonic": 0, "boot_id": "", "hub_offset": None,
                     "quality": "wall"},
            "payload_hash": digest(payload),
            "prev_hash": chain[-1]["hash"] if chain else "0" * 64,
        }  # fmt: skip
        data = compact(header)
        signature = self.key.sign(bytes.fromhex(digest(data)))
        entry = {"header": data, "payload": payload, "hash": digest(data), "signature": signature}
        chain.append({**entry, "header": header})
        self.histories[case_id].append(header["record_id"])
        self.append(f"progress/{terminal}", "entry", header["record_id"], pack(entry))

    # 7: feeds

    def append(self, feed: str, kind: str, key: str, body: bytes | None) -> None:
        rows = self.feeds.setdefault(feed, [])
        before = rows[-1]["hash"] if rows else ""
        hashed = digest(pack([before, kind, key, body]))
        rows.append(
            {"position": len(rows) + 1, "kind": kind, "key": key, "body": body, "hash": hashed}
        )

    def pull(self, name: str, request: Message) -> Message:
        allowed = {f"progress/{name}", f"policy/{HALL}", f"catalogue/{HALL}"}
        pages = []
        for cursor in request["cursors"]:
            if cursor["feed"] not in allowed:
                raise Refusal(403, "hub.foreign_feed")
            rows = self.feeds.get(cursor["feed"], [])
            place = cursor["position"]
            there = rows[place - 1]["hash"] if 0 < place <= len(rows) else ""
            fits = cursor["handle"] in ("", self.epoch) and there == cursor["row_hash"]
            after = rows[place if fits else 0 :][: request["limit"]]
            if after or not fits:
                more = bool(after) and after[-1]["position"] < len(rows)
                pages.append(
                    {"feed": cursor["feed"], "handle": self.epoch, "rows": after, "more": more,
                     "reset": not fits}
                )  # fmt: skip
        return {"hub_time": now(), "pages": pages}

    # 8: blobs

    def blob(self, name: str, piece: Message) -> Message:
        partial = f"{piece['sha256']}/{name}"
        here = self.blobs.get(partial, b"")
        whole = piece["sha256"] in self.blobs
        if not whole and piece["offset"] == len(here):
            here = self.blobs[partial] = here + piece["data"]
            if len(here) == piece["total"]:
                del self.blobs[partial]
                if digest(here) != piece["sha256"]:
                    raise Refusal(400, "hub.blob_differs")
                self.blobs[piece["sha256"]] = here
                whole = True
                self.judge()
        return {"sha256": piece["sha256"], "received": len(here), "complete": whole}

    # 3: messages

    def answer(self, path: str, data: bytes) -> tuple[int, bytes]:
        """Answer one request, signed whatever it says."""
        said: Message = {"protocol": 1, "nonce": b"", "terminal_id": "", "refusal": ""}
        said |= NOTHING.get(path, NOTHING["blob"])
        status = 200
        try:
            with self._lock:
                said |= self._answered(path, data, said)
        except Refusal as refused:
            status, said["refusal"] = refused.status, refused.code
        body = pack(said)
        key = digest(self.public)[:16]
        envelope = {"suite": "std", "key": key, "body": body, "signature": self.key.sign(body)}
        return status, pack(envelope)

    def _answered(self, path: str, data: bytes, said: Message) -> Message:
        try:
            envelope = unpack(data)
            message = unpack(envelope["body"])
        except (msgspec.DecodeError, KeyError, TypeError):
            raise Refusal(400, "hub.no_envelope") from None
        said |= {"nonce": message["nonce"], "terminal_id": message.get("terminal_id", "")}
        enrols = path == "/api/v1/enrol"
        key = message["public_key"] if enrols else self.terminals.get(envelope["key"])
        if key is None:
            raise Refusal(401, "hub.unknown_terminal")
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(envelope["signature"], envelope["body"])
        except InvalidSignature:
            raise Refusal(401, "hub.wrong_signature") from None
        name = digest(key)[:16]
        if not enrols and message["terminal_id"] != name:
            raise Refusal(403, "hub.foreign_terminal")
        if path.startswith("/api/v1/blobs/"):
            return self.blob(name, message)
        doors = {
            "/api/v1/enrol": self.enrol,
            "/api/v1/entries": self.push,
            "/api/v1/feeds": self.pull,
        }
        if path not in doors:
            raise Refusal(404, "hub.bad_message")
        return doors[path](name, message)


def now() -> int:
    return time.time_ns() // 1_000_000


def serve(hub: StrangersHub) -> ThreadingHTTPServer:
    """Serve a hub on a free port of loopback; the caller runs it in a thread and ends it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", "0")))
            status, body = hub.answer(self.path, data)
            self.send_response(status)
            self.send_header("Content-Type", MEDIA_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST

        def log_message(self, format: str, *args: object) -> None:
            return

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
