"""The other end of the line in tests: ASGI calls, and a terminal that writes real entries."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from starlette.types import ASGIApp

from hub.hub import Hub
from hub.store import projections
from terminal.clock import Clock
from terminal.domain.case import Case
from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, MaterialStatus, Party
from terminal.domain.records import Body, CaseAccepted, CaseReceived, EpochOpened, VisitOpened
from terminal.ids import SystemRandomness, record_id
from terminal.protocol import wire
from terminal.protocol.entry import GENESIS, Draft, Entry, encode
from terminal.protocol.query_code import new_token, query_url
from terminal.protocol.suites import STANDARD

Message = TypeVar("Message", bound=msgspec.Struct)


class Reply(msgspec.Struct):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = []

    @property
    def text(self) -> str:
        return self.body.decode()


class Line:
    """Calls an ASGI application the way a server does."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.loop = loop

    def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Reply:
        return self.loop.run_until_complete(
            asyncio.wait_for(self.request(method, target, body, headers), timeout)
        )

    async def request(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        parts = urlsplit(target)
        sent: list[dict[str, Any]] = []
        pieces = [body[i : i + 65536] for i in range(0, len(body), 65536)] or [b""]

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()  # still connected, nothing more to say
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        given = {"host": "127.0.0.1", "content-length": str(len(body)), **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
        }
        await self.app(scope, receive, send)  # type: ignore[arg-type]
        start = sent[0]
        pairs = [(k.decode(), v.decode()) for k, v in start["headers"]]
        return Reply(
            start["status"],
            dict(pairs),
            b"".join(part.get("body", b"") for part in sent[1:]),
            [value for name, value in pairs if name == "set-cookie"],
        )


CLERK = Actor("clerk", "wangfang", "王芳", "3 号综合窗口")
APPLICANT = Party(name="张三丰", identity_number="210211198505041234", phone="13900001234")


class TestTerminal:
    """A terminal's journal in memory: appends real entries, sends them, reads answers."""

    __test__ = False

    def __init__(self, line: Line, key: bytes, hub_key: bytes, clock: Clock) -> None:
        self.line = line
        self.key = key
        self.hub_key = hub_key
        self.clock = clock
        self.id = ""
        self.number = ""
        self.region = ""
        self.epoch = SystemRandomness().uuid7()
        self.entries: list[Entry] = []
        self.made = 0

    @classmethod
    def enrolled(cls, line: Line, code: str, hub_key: bytes, clock: Clock) -> TestTerminal:
        terminal = cls(line, STANDARD.new_private_key(), hub_key, clock)
        answer = terminal.enrol(code)
        assert not answer.refusal, answer.refusal
        terminal.id, terminal.number = answer.terminal_id, answer.terminal_number
        terminal.region = answer.region
        terminal.append(f"terminal/{terminal.id}", EpochOpened("created"))
        return terminal

    def enrol(self, code: str) -> wire.Enrolment:
        request = wire.EnrolRequest(
            wire.PROTOCOL_VERSION, os.urandom(16), code, STANDARD.public_key(self.key), "3 号",
            self.id,
        )  # fmt: skip
        return self.ask(wire.PATH_ENROL, request, wire.Enrolment)

    def ask(self, path: str, message: msgspec.Struct, answer: type[Message]) -> Message:
        reply = self.line.call("POST", path, wire.seal(message, self.key))
        return self.read(reply, answer, message.nonce)  # type: ignore[attr-defined]

    def read(self, reply: Reply, answer: type[Message], nonce: bytes) -> Message:
        found = wire.unseal(wire.open_envelope(reply.body), self.hub_key, answer)
        assert found.nonce == nonce  # type: ignore[attr-defined]
        return found

    def append(
        self,
        aggregate_id: str,
        body: Body,
        base: str = "",
        action: str = "",
        needs: tuple[str, ...] = (),
        blobs: tuple[str, ...] = (),
    ) -> str:
        """Write one entry; returns its record id."""
        action = action or SystemRandomness().uuid7()
        made = record_id(action, aggregate_id, body.kind)
        self.entries.append(
            encode(
                Draft(aggregate_id, base, body, needs, blobs),
                record_id=made,
                action_id=action,
                origin=self.id,
                epoch=self.epoch,
                seq=len(self.entries) + 1,
                prev_hash=self.entries[-1].hash if self.entries else GENESIS,
                time=self.clock.now(),
                salt=os.urandom(16),
            )
        )
        return made

    def batch(self, entries: Sequence[Entry] | None = None, **changes: Any) -> wire.Batch:
        batch = wire.Batch(
            protocol=wire.PROTOCOL_VERSION,
            terminal_id=self.id,
            nonce=os.urandom(16),
            sent_at=self.clock.now().wall,
            epoch=self.epoch,
            entries=tuple(self.entries if entries is None else entries),
        )
        return msgspec.structs.replace(batch, **changes)

    def push(self, entries: Sequence[Entry] | None = None, **changes: Any) -> wire.Answer:
        return self.ask(wire.PATH_PUSH, self.batch(entries, **changes), wire.Answer)

    def pull(self, *cursors: wire.Cursor, limit: int = 200) -> wire.PullAnswer:
        request = wire.PullRequest(wire.PROTOCOL_VERSION, self.id, os.urandom(16), cursors, limit)
        return self.ask(wire.PATH_PULL, request, wire.PullAnswer)

    def progress(self) -> tuple[wire.FeedRow, ...]:
        """All rows of the own progress feed."""
        answer = self.pull(wire.Cursor(wire.progress_feed(self.id)))
        return answer.pages[0].rows if answer.pages else ()

    # What a clerk does.

    def receive(
        self,
        organ: str = "区市场监管局",
        item: str = "食品经营许可（新办）",
        materials: tuple[MaterialEntry, ...] = (
            MaterialEntry("m1", "身份证件"),
            MaterialEntry("m2", "营业执照"),
        ),
        case_id: str = "",
        **changes: Any,
    ) -> Taken:
        self.made += 1
        number = f"5116-{self.number}-261123-KTM7-{self.made:04d}-7"
        case_id = case_id or SystemRandomness().uuid7()
        token = new_token(os.urandom(16))
        body = CaseReceived(
            receipt_number=number,
            visit_id=self.visit(),
            item_code="511602-0001",
            item_version="1",
            item_name=item,
            organ=organ,
            regime=Regime.LICENSING,
            applicant=APPLICANT,
            visitor=APPLICANT,
            capacity=Capacity.SELF,
            answers={},
            materials=materials,
            form={"地址": "滨河路 1 号"},
            received_at=self.clock.now().wall,
            respond_by="2026-11-30",
            respond_by_provisional=False,
            window="3 号综合窗口",
            clerk=CLERK,
            token=token,
        )
        record = self.append(case_id, msgspec.structs.replace(body, **changes))
        digest = os.urandom(32).hex()
        url = query_url("http://127.0.0.1", number, token, digest, self.key)
        return Taken(case_id, record, number, token, url.removeprefix("http://127.0.0.1"))

    def visit(self) -> str:
        visit_id = SystemRandomness().uuid7()
        opened = VisitOpened(APPLICANT, "3 号综合窗口", CLERK, self.clock.now().wall)
        self.append(visit_id, opened)
        return visit_id

    def accept(self, taken: Taken, **changes: Any) -> Taken:
        body = CaseAccepted(
            accepted_at=self.clock.now().wall,
            decide_by="2026-11-30",
            decide_by_provisional=False,
            basis=("《行政许可法》第三十二条",),
            clerk=CLERK,
        )
        record = self.append(
            taken.case_id, msgspec.structs.replace(body, **changes), base=taken.head
        )
        return msgspec.structs.replace(taken, head=record)


class Taken(msgspec.Struct, frozen=True):
    """A case that was taken in here."""

    case_id: str
    head: str
    receipt_number: str
    token: str
    path: str


def missing(material_id: str, name: str) -> MaterialEntry:
    """A material that is not there."""
    return MaterialEntry(material_id, name, status=MaterialStatus.MISSING)


def load(hub: Hub, taken: Taken) -> Case:
    """Return the case as the hub has it."""
    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert isinstance(case, Case)
    return case
