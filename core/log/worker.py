"""Threads that own a database connection each and run one job after the other for the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")


class Worker(Generic[C]):
    """`threads` threads behind one queue; each makes its own connection with `connect` and closes it at the end.

    Leaner than an executor: one queue put and one `call_soon_threadsafe` per job, which is what a command waits for.
    """

    def __init__(
        self, name: str, connect: Callable[[], C], disconnect: Callable[[C], None], threads: int = 1
    ) -> None:
        self._jobs: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        self._connect = connect
        self._disconnect = disconnect
        self._name = name
        self._count = threads
        self._threads: list[threading.Thread] = []

    async def start(self) -> None:
        """Raises what `connect` raises; then no thread is left behind."""
        loop = asyncio.get_running_loop()
        ready: list[asyncio.Future[None]] = []
        for number in range(self._count):
            future: asyncio.Future[None] = loop.create_future()
            ready.append(future)
            thread = threading.Thread(
                target=self._run, args=(loop, future), name=f"{self._name}-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        results = await asyncio.gather(*ready, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                await self.stop()
                raise result

    async def stop(self) -> None:
        """After every job that was queued before."""
        for _ in self._threads:
            self._jobs.put(None)
        threads, self._threads = self._threads, []
        for thread in threads:
            await asyncio.to_thread(thread.join)

    def submit(
        self, job: Callable[Concatenate[C, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[R]:
        """Queue a job. Cancelling the future does not stop the job, it only stops hearing of it."""
        if not self._threads:
            raise RuntimeError(f"{self._name} is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._jobs.put((loop, future, job, args, kwargs))
        return future

    def _run(self, loop: asyncio.AbstractEventLoop, ready: asyncio.Future[None]) -> None:
        try:
            connection = self._connect()
        except BaseException as error:
            _tell(loop, ready, None, error)
            return
        _tell(loop, ready, None, None)
        del ready
        try:
            while (item := self._jobs.get()) is not None:
                loop, future, job, args, kwargs = item
                try:
                    result = job(connection, *args, **kwargs)
                except BaseException as error:
                    _tell(loop, future, None, error)
                else:
                    _tell(loop, future, result, None)
                # Hold nothing of a finished job while waiting for the next: a batch's bytes may be large.
                item = future = job = args = kwargs = result = None
        finally:
            self._disconnect(connection)


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], result: Any, error: BaseException | None
) -> None:
    def settle() -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:
        # The loop is closed: nobody is left to hear of it.
        pass
