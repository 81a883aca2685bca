"""The board's modules without the board: each exported function of the *_test.js files is one sentence that holds."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.page.fake_server import FakeServer

HERE = Path(__file__).resolve().parent
NAMED = re.compile(r"^export (?:async )?function (\w+)", re.MULTILINE)
SENTENCES = {path.name: NAMED.findall(path.read_text("utf-8")) for path in sorted(HERE.glob("*_test.js"))}

# A page is slow to come by, so one carries all the sentences of a module; each is run, also after one has failed.
RUN = """async (module) => {
    const tests = await import(`/static/dev/tests/${module}`);
    const failed = {};
    for (const [name, test] of Object.entries(tests)) {
        try { await test(); } catch (error) { failed[name] = error.stack; }
    }
    return { ran: Object.keys(tests).length, failed };
}"""


@pytest.mark.parametrize("module", SENTENCES)
async def test_every_sentence_of_the_module_holds(page: Page, files: FakeServer, module: str) -> None:
    await page.goto(f"{files.url}/static/dev/tests/blank.html")
    result = await page.evaluate(RUN, module)
    assert result["ran"] == len(SENTENCES[module]) > 0
    assert not result["failed"]
