"""The addresses at which a hub listens."""

from __future__ import annotations

import asyncio
import socket

from hub.serve import listen


def test_an_answer_is_sent_as_it_is_written() -> None:
    """Otherwise each one of them waits for 40 ms: see `listen`."""

    async def option_of_an_accepted_connection() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken = writer.get_extra_info("socket")
            found.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(accepted, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                try:
                    return await asyncio.wait_for(found, 20)
                finally:
                    writer.close()
                    await writer.wait_closed()

    assert asyncio.run(option_of_an_accepted_connection()) == 1
