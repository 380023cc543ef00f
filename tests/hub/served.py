"""A hub served by uvicorn in a thread, on loopback and a free port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from hub.app import make_app
from hub.hub import Hub
from hub.serve import _server, listen


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """Serve the whole application; yields its address."""
    listener = listen("127.0.0.1", 0)
    with ThreadPoolExecutor(4) as executor:
        server = _server(make_app(hub, executor))
        started = threading.Event()

        async def run() -> None:
            task = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started and not task.done():
                await asyncio.sleep(0.01)
            started.set()
            await task

        thread = threading.Thread(target=asyncio.run, args=(run(),), name="served hub")
        thread.start()
        try:
            assert started.wait(20)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            hub.bell.close()
            server.should_exit = True
            thread.join(20)
            listener.close()
