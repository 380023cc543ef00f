"""Serving: two addresses of one hub, the terminals' over TLS and the pages', in one loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec
import uvicorn

from hub import judge, sealing, tree
from hub.app import make_app
from hub.enrol import CHOSEN_URL, PUBLIC_URL
from hub.hub import Hub
from hub.judges import Judges
from hub.restore import notice
from hub.store import people
from terminal.errors import StoreError

log = logging.getLogger(__name__)

WORKERS = 6
_SWEEP_SECONDS = 3
_MARK_SECONDS = 1
_STOP_SECONDS = 5
_SWITCH_SECONDS = 0.001
"""How long a judge at work keeps the interpreter from a window's record, each time that this one
has waited for the database; of itself it would be five times as long."""


class Addresses(msgspec.Struct, frozen=True):
    """Where a hub listens; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 8443
    public_port: int = 8480
    public_url: str = ""
    plain: bool = False


class Ready(msgspec.Struct, frozen=True):
    """Said once both addresses answer."""

    url: str
    public_url: str
    desk_url: str
    board_url: str
    ca: str


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals stop both servers, so they are caught once, in `serve`.
        yield


def serve(hub: Hub, addresses: Addresses, ready: Callable[[Ready], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called when both addresses answer."""
    api_socket = listen(addresses.host, addresses.port)
    try:
        page_socket = listen(addresses.host, addresses.public_port)
    except StoreError:
        api_socket.close()
        raise
    with hub.store.writing() as database:
        chosen = addresses.public_url.rstrip("/") or people.fact(database, CHOSEN_URL)
        said = _ready(hub, addresses, api_socket, page_socket, chosen)
        people.set_fact(database, PUBLIC_URL, said.public_url)
    notice.look(hub)
    judge.recover(hub)
    sweeping = _SWEEP_SECONDS if hub.store.shared else 0
    with (
        ThreadPoolExecutor(WORKERS, thread_name_prefix="hub") as executor,
        _judging(hub),
        hub.store.listening(hub.bell.wake),
    ):
        tls = (
            {}
            if addresses.plain
            else {
                "ssl_certfile": str(hub.paths.keys.certificate),
                "ssl_keyfile": str(hub.paths.keys.certificate_key),
            }
        )
        servers = [
            _server(make_app(hub, executor), **tls),
            _server(make_app(hub, executor, api=False)),
        ]
        marking = _Sweeping(partial(notice.leave_mark, hub), executor, _MARK_SECONDS)
        sweep = partial(judge.sweep, hub)
        heads = _Sweeping(partial(tree.seal, hub), executor, tree.SEAL_SECONDS)
        stamping = _Sweeping(partial(sealing.go_on, hub), executor, sealing.EVERY_SECONDS)
        sockets = [api_socket, page_socket]
        asyncio.run(
            _run(
                hub,
                servers,
                sockets,
                lambda: ready(said),
                (_Sweeping(sweep, executor, sweeping), heads, stamping, marking),
            )
        )


@contextlib.contextmanager
def _judging(hub: Hub) -> Iterator[None]:
    """Give the hub judges for as long as it serves, and the other threads their turn often."""
    hub.judges = Judges(partial(judge.judge_pending, hub))
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        hub.judges.close()
        hub.judges = None


def listen(host: str, port: int) -> socket.socket:
    """Take an address; `StoreError` when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio looks at it: only then it has answers sent as they
    # are written. Otherwise an answer's body waits for the other side to confirm its head, which
    # an idle one puts off for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StoreError("hub.port_taken", host=host, port=port) from error
    return listener


def _ready(
    hub: Hub, addresses: Addresses, api: socket.socket, pages: socket.socket, chosen: str
) -> Ready:
    scheme = "http" if addresses.plain else "https"
    host = f"[{addresses.host}]" if ":" in addresses.host else addresses.host
    here = f"http://{host}:{pages.getsockname()[1]}"
    return Ready(
        url=f"{scheme}://{host}:{api.getsockname()[1]}",
        public_url=chosen or here,
        desk_url=f"{here}/desk",
        board_url=f"{here}/board",
        ca=str(hub.paths.keys.ca),
    )


def _server(app: Any, **options: str) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=64 << 10,
            timeout_graceful_shutdown=_STOP_SECONDS,
            **options,  # type: ignore[arg-type]
        )
    )


class _Sweeping:
    """Every few seconds does what nobody waits for; 0 seconds: never."""

    def __init__(
        self, sweep: Callable[[], object], executor: ThreadPoolExecutor, every: float
    ) -> None:
        self._sweep = sweep
        self._executor = executor
        self._every = every
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        if self._every:
            self._task = asyncio.create_task(self._go_on())

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        if self._task is not None:
            await self._task

    async def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._every)
            try:
                await loop.run_in_executor(self._executor, self._sweep)
            except Exception:
                # The database may be away for a while; the next round tries again.
                log.exception("sweeping failed")


async def _run(
    hub: Hub,
    servers: list[_Server],
    sockets: list[socket.socket],
    ready: Callable[[], None],
    sweeping: tuple[_Sweeping, ...],
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        hub.bell.close()
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, sockets, strict=True)
    ]
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks):
            break
        await asyncio.sleep(0.01)
    else:
        ready()
    try:
        async with contextlib.AsyncExitStack() as stack:
            for one in sweeping:
                await stack.enter_async_context(one)
            await asyncio.gather(*tasks)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
