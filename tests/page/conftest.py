"""The stand-in for the server, and the board opened on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.page.fake_run import Running
from tests.page.fake_server import FakeServer

TEAMS = 120
Open = Callable[..., Awaitable[Page]]

# Listens for what the browser itself forbids: an inline script, a foreign address.
WATCH = """
window.violations = [];
addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A drill with few teams, on a port of its own."""
    with Running(FakeServer("drill", TEAMS)) as running:
        yield running


@pytest.fixture(scope="session")
def files() -> Iterator[FakeServer]:
    """A server for whoever wants nothing but its files."""
    with Running(FakeServer("drill", TEAMS)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def board(context: BrowserContext, page: Page, server: FakeServer) -> AsyncIterator[Page]:
    """The board, live, in Chinese and by day. Whatever it asks for comes from its own origin."""
    foreign: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith(server.url) else foreign.append(request.url)
    )
    await context.add_init_script(WATCH)
    await page.goto(f"{server.url}/board/demo")
    await page.wait_for_selector("body[data-link=live] .incident")
    yield page
    assert not foreign, f"asked for from elsewhere: {foreign}"
    assert not await page.evaluate("window.violations"), "the content policy was violated"
