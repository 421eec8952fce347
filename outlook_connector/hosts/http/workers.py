"""The threads that operations run in: so many at once, so many waiting, and no more."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .refusals import RequestRefused

T = TypeVar("T")


class Workers:
    """Runs functions that block in a bounded number of threads. To be used from one event loop."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="outlook-serve")
        self._threads = threads
        self._most = threads + waiting
        self.taken = 0

    @property
    def running(self) -> int:
        """Calls that have a thread."""
        return min(self.taken, self._threads)

    @property
    def waiting(self) -> int:
        """Calls that wait for one."""
        return self.taken - self.running

    async def run(self, function: Callable[[], T]) -> T:
        """What ``function`` returns or raises. It goes on to its end where the caller is gone, since what it has begun
        cannot be taken back. Raises ``RequestRefused`` (``busy``) where too many wait already."""
        if self.taken >= self._most:
            message = "The host has as many calls at once as it takes. Repeat this one a little later."
            raise RequestRefused(message, code="busy", retryable=True, details={"retryAfter": 1})
        here = contextvars.copy_context()
        future = asyncio.get_running_loop().run_in_executor(self._pool, here.run, function)
        self.taken += 1
        future.add_done_callback(self._given_back)
        return await asyncio.shield(future)

    def close(self) -> bool:
        """Takes nothing more and drops what waits; whether nothing runs any longer."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        return self.taken == 0

    def _given_back(self, future: "asyncio.Future[T]") -> None:
        self.taken -= 1
        if not future.cancelled():
            future.exception()  # a caller that is gone does not ask for it, which asyncio would log with a traceback
