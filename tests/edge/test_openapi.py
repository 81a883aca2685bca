"""The OpenAPI document is true: whatever it allows is answered as it says, and never with a 500."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks as general
from schemathesis.specs.openapi import checks

from core.catalogue import COMMANDS
from tests.edge.servers import LiandongServer, liandong, token_of

EXAMPLES_PER_DOOR = 20
DOORS = 14
CHECKS: Any = [
    general.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
WITHOUT_A_BODY_TO_INVENT = {"/api/operations/{operation}/commands:batch"}
"""Lines of JSON are no schema; tests/edge/test_batch.py tries them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiandongServer]:
    folder = tmp_path_factory.mktemp("openapi")
    with LiandongServer(folder, "--data", folder / "data") as running:
        yield running
        assert "unexpected_error" not in running.log()


@pytest.fixture(scope="module")
def headers(server: LiandongServer) -> dict[str, str]:
    return {"authorization": f"Bearer {token_of('--data', server.folder / 'data')}"}


@pytest.fixture(scope="module")
def document(server: LiandongServer) -> Any:
    return httpx.get(f"{server.url}/schema/openapi.json").json()


@pytest.fixture(scope="module")
def interface(server: LiandongServer) -> Any:
    """The document as schemathesis reads it; logging out would end nothing for a token, and is left in."""
    loaded = schemathesis.openapi.from_url(f"{server.url}/schema/openapi.json")
    return loaded.exclude(path=sorted(WITHOUT_A_BODY_TO_INVENT))


def test_every_door_answers_as_the_document_says(interface: Any, headers: dict[str, str]) -> None:
    tried = 0
    for found in interface.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES_PER_DOOR,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.large_base_example,
            ],
        )
        @given(case=operation.as_strategy())
        def door(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        door()
        tried += 1
    assert tried == DOORS


def test_every_command_is_in_the_document_with_its_tag(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for name in COMMANDS:
        assert schemas[name]["properties"]["type"]["const"] == name
        assert "type" in schemas[name]["required"]
    choices = schemas["CommandRequest"]["properties"]["command"]["oneOf"]
    assert len(choices) == len(COMMANDS)


def test_every_door_has_a_summary_in_both_tongues_and_a_tag(document: Any) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            summary = operation["summary"]
            assert any("一" <= sign <= "鿿" for sign in summary), (path, method)
            assert any(sign.isascii() and sign.isalpha() for sign in summary), (path, method)
            assert operation["tags"], (path, method)


def test_the_program_that_writes_the_document_is_the_one_that_answers(server: LiandongServer) -> None:
    assert httpx.get(f"{server.url}/schema").status_code == 200
    assert liandong("--version").returncode == 0


def test_the_document_stands_at_schema_and_sends_nobody_elsewhere(
    server: LiandongServer, document: Any
) -> None:
    answer = httpx.get(f"{server.url}/schema")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == document
