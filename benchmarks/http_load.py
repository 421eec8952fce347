"""``python -m benchmarks.http_load PORT``: clients that ask again as soon as they are answered, in one process.

A line ``PATH CLIENTS CALLS`` is answered with the seconds that all calls took.
"""

import asyncio
import json
import sys
from time import perf_counter

BODY = json.dumps({"limit": 10}).encode()


async def run(port: int, path: str, clients: int, calls: int) -> float:
    """``calls`` in all, by ``clients`` connections that stay open."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    asked, left = head.encode() + BODY, iter(range(calls))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        for _ in left:
            writer.write(asked)
            answered = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not answered.startswith(b"http/1.1 200"):
                raise RuntimeError(answered.split(b"\r\n")[0].decode())
            length = int(answered.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    begun = perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return perf_counter() - begun


def main(port: str) -> None:
    for line in sys.stdin:
        path, clients, calls = line.split()
        print(asyncio.run(run(int(port), path, int(clients), int(calls))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
