"""Answers that leave in one write are the same HTTP as any other: kept alive, closed when asked, in their order, whole."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.edge.conftest import bearer, client_of, report
from tests.edge.servers import LiandongServer, token_of
from web.node import Node

PATH = "/api/operations/live/commands"


class Raw(NamedTuple):
    """One answer as it came."""

    status: bytes
    headers: dict[bytes, bytes]
    body: dict[str, Any]


class Line:
    """One connection, spoken to byte by byte."""

    def __init__(self, server: LiandongServer, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self._in = self._socket.makefile("rb")
        self._token = token

    def request(self, text: str, *more: str, version: str = "1.1") -> bytes:
        body = json.dumps(report(text)).encode()
        lines = [
            f"POST {PATH} HTTP/{version}",
            "Host: here",
            f"Authorization: Bearer {self._token}",
            f"Content-Length: {len(body)}",
            *more,
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> bytes:
        return self._in.readline()

    def answer(self) -> Raw:
        status = self.line()
        headers: dict[bytes, bytes] = {}
        while (line := self.line().rstrip(b"\r\n")) != b"":
            name, _, value = line.partition(b": ")
            headers[name] = value
        return Raw(status, headers, json.loads(self._in.read(int(headers[b"content-length"]))))

    @property
    def is_closed(self) -> bool:
        """Whether the server has nothing more to say; asked only where it should have hung up."""
        return self._in.read(1) == b""

    def close(self) -> None:
        self._in.close()
        self._socket.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiandongServer, str]]:
    folder = tmp_path_factory.mktemp("served")
    token = token_of("--data", folder / "data")
    with LiandongServer(folder, "--data", folder / "data") as server:
        yield server, token


@pytest.fixture
def line(served: tuple[LiandongServer, str]) -> Iterator[Line]:
    line = Line(*served)
    yield line
    line.close()


def test_a_connection_stays_open_from_one_command_to_the_next(line: Line) -> None:
    for _ in range(3):
        line.write(line.request("江边"))
        answer = line.answer()
        assert answer.status == b"HTTP/1.1 201 Created\r\n"
        assert answer.body["outcome"] == "accepted"
        assert b"connection" not in answer.headers


@pytest.mark.parametrize(("version", "more"), [("1.1", ["Connection: close"]), ("1.0", [])])
def test_a_connection_ends_where_the_client_will_not_keep_it(
    line: Line, version: str, more: list[str]
) -> None:
    line.write(line.request("江边", *more, version=version))
    assert line.answer().headers[b"connection"] == b"close"
    assert line.is_closed


def test_requests_sent_at_once_are_answered_in_their_order(line: Line) -> None:
    line.write(b"".join(line.request(f"第 {n} 处") for n in range(5)))
    positions = [line.answer().body["positions"][0] for _ in range(5)]
    assert positions == list(range(positions[0], positions[0] + 5))


def test_a_client_that_asks_first_whether_to_go_on_is_told_to(line: Line) -> None:
    head, _, body = line.request("江边", "Expect: 100-continue").partition(b"\r\n\r\n")
    line.write(head + b"\r\n\r\n")
    assert line.line() == b"HTTP/1.1 100 Continue\r\n"
    assert line.line() == b"\r\n"
    line.write(body)
    assert line.answer().body["outcome"] == "accepted"


def test_an_error_leaves_by_the_same_way(line: Line) -> None:
    line.write(line.request("江边").replace(b"Bearer ", b"Bearer no"))
    answer = line.answer()
    assert answer.status.split()[1] == b"401"
    assert answer.headers[b"cache-control"] == b"no-store"


async def test_both_ways_out_say_the_same(node: Node, line: Line) -> None:
    async with client_of(node, await bearer(node)) as client:
        sent: httpx.Response = await client.post(PATH, json=report("江边"))
    line.write(line.request("江边"))
    written = line.answer()
    names = {name.lower() for name in sent.headers}
    assert {name.decode() for name in written.headers} == names | {"date"}
    for name in names - {"content-length", "x-request-id"}:
        assert written.headers[name.encode()].decode() == sent.headers[name]
