"""`liandong serve` with a district that can act, and somebody who logs in by a link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from tests.edge.servers import LiandongServer, liandong
from web.accounts.accounts import Accounts
from web.settings import Settings

OPERATION = "live"
TEAMS = ("XF01", "XF02")
USER = "李雷"


class Site(NamedTuple):
    """A running server, its data folder, and a machine's token for what the test does beside the page."""

    server: LiandongServer
    data: Path
    token: str

    def send(self, command: dict[str, Any]) -> dict[str, Any]:
        """One command of the machine; it must be accepted."""
        answer = httpx.post(
            f"{self.server.url}/api/operations/{OPERATION}/commands",
            json={"id": str(uuid4()), "command": command},
            headers={"authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """What the log holds of some kinds, as the readers' door tells it."""
        answer = httpx.get(
            f"{self.server.url}/api/operations/{OPERATION}/events",
            params={"type": kinds, "limit": 500},
            headers={"authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["events"]
        return found

    def link(self, user: str = USER) -> str:
        """A login link, as the command line prints it while the server runs."""
        made = liandong("user", "link", user, "--url", self.server.url, "--data", self.data)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()


async def _people(data: Path) -> str:
    """Somebody who logs in, and a machine: made as the command line makes them, beside the running server. The machine's token."""
    accounts = Accounts.of(Settings(data=data))
    await accounts.open()
    try:
        await accounts.add_user(USER, "gov", "duty", None)
        return (await accounts.make_token("test", "gov", "duty"))[1]
    finally:
        await accounts.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A fresh folder with two fire teams of the district, and its server."""
    data = tmp_path / "data"
    with LiandongServer(tmp_path, "--data", data) as server:
        found = Site(server, data, await _people(data))
        for team in TEAMS:
            name = {"zh": f"消防{team[-1]}队"}
            found.send(
                {
                    "type": "RegisterTeam",
                    "team": team,
                    "organisation": "gov",
                    "name": name,
                    "kind": "fire_ordinary",
                }
            )
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def board(context: BrowserContext, page: Page, site: Site) -> AsyncIterator[Page]:
    """The board of `live` after logging in by the link. It asks nobody else for anything and breaks no content policy."""
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: None if request.url.startswith(site.server.url) else foreign.append(request.url),
    )
    await context.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));"
    )
    await page.goto(site.link())
    await page.wait_for_url(f"**/board/{OPERATION}")
    await expect(page.locator("body")).to_have_attribute("data-link", "live", timeout=15_000)
    yield page
    assert not foreign, f"asked for from elsewhere: {foreign}"
    assert not await page.evaluate("window.violations"), "the content policy was violated"
