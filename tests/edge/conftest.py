"""What the tests of the edge share: a node on a fresh folder, its application without a network, and accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from web.app import create_app
from web.node import Node
from web.settings import Settings

COMMANDS = "/api/operations/live/commands"
PASSWORD = "correct horse battery"


def client_of(node: Node, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """A client of a node's application, over ASGI."""
    transport = httpx.ASGITransport(create_app(node), raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://liandong.test", headers=dict(headers or {})
    )


async def bearer(node: Node, post: str = "duty", organisation: str = "gov") -> dict[str, str]:
    """The header of a new token."""
    _, secret = await node.accounts.make_token("test", organisation, post)
    return {"authorization": f"Bearer {secret}"}


def command(type_: str, **fields: Any) -> dict[str, Any]:
    """A request with an id of its own."""
    return {"id": str(uuid4()), "command": {"type": type_, **fields}}


def report(text: str = "江边", **fields: Any) -> dict[str, Any]:
    return command("ReportIncident", kind="flood", place={"text": text}, **fields)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
async def node(settings: Settings) -> AsyncIterator[Node]:
    async with Node.running(settings) as running:
        yield running


@pytest.fixture
async def http(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token of the district's duty desk."""
    async with client_of(node, await bearer(node)) as client:
        yield client


@pytest.fixture
async def stranger(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    """A client with no credentials."""
    async with client_of(node) as client:
        yield client
