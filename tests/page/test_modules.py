"""The board's modules without the board: each exported function of the *_test.js files is one test."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.page.fake_server import FakeServer

HERE = Path(__file__).resolve().parent
NAMED = re.compile(r"^export (?:async )?function (\w+)", re.MULTILINE)
TESTS = [
    pytest.param(path.name, name, id=f"{path.stem.removesuffix('_test')}-{name}")
    for path in sorted(HERE.glob("*_test.js"))
    for name in NAMED.findall(path.read_text("utf-8"))
]


@pytest.mark.parametrize(("module", "name"), TESTS)
async def test_module(page: Page, server: FakeServer, module: str, name: str) -> None:
    await page.goto(f"{server.url}/static/dev/tests/blank.html")
    await page.evaluate(
        "([module, name]) => import(`/static/dev/tests/${module}`).then((tests) => tests[name]())",
        [module, name],
    )
