"""Threads that own a database connection each and run one job after the other for the event loop."""

from __future__ import annotations

import asyncio
import contextlib
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
        self._jobs: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
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
        for thread, result in zip(list(self._threads), results, strict=True):
            if isinstance(result, BaseException):
                thread.join()
        for result in results:
            if isinstance(result, BaseException):
                await self.stop()
                raise result

    async def stop(self) -> None:
        """After every job that was queued before."""
        loop = asyncio.get_running_loop()
        threads, self._threads = [each for each in self._threads if each.is_alive()], []
        ended: list[asyncio.Future[None]] = [loop.create_future() for _ in threads]
        for future in ended:
            self._jobs.put((loop, future, None, (), {}))
        if ended:
            await asyncio.wait(ended)
        for thread in threads:
            # It has said so as its last act, so this does not hold up the loop.
            thread.join()

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
        except BaseException as error:  # noqa: BLE001  # Whatever it is, whoever opens the log hears it.
            _tell(loop, ready, None, error)
            return
        _tell(loop, ready, None, None)
        del ready
        while True:
            loop, future, job, args, kwargs = self._jobs.get()
            if job is None:
                self._disconnect(connection)
                _tell(loop, future, None, None)
                return
            try:
                result = job(connection, *args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # Whoever asked hears it; the thread lives on.
                _tell(loop, future, None, error)
            else:
                _tell(loop, future, result, None)
            # Hold nothing of a finished job while waiting for the next: a batch's bytes may be large.
            future = job = args = kwargs = result = None


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

    # A loop that is closed has nobody left to hear of it.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(settle)
