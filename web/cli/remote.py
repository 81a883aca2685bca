"""Asking a running server over HTTP, with a token that is never an argument. Standard library only: one request at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click

from web.cli.main import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

REQUEST_TIMEOUT_S = 60.0


class Reply(NamedTuple):
    """A status, the headers that matter, and the body."""

    status: int
    body: bytes
    head: int | None


def remote(function: Callable[P, R]) -> Callable[P, R]:
    """--url and --token-file."""
    for option in (
        click.option(
            "--token-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="令牌所在文件；或用 LIANDONG_TOKEN。 The file with the token; or LIANDONG_TOKEN.",
        ),
        click.option(
            "--url", envvar="LIANDONG_URL", help="服务器地址，如 http://127.0.0.1:8470。 The running server."
        ),
    ):
        function = option(function)
    return function


def token_of(token_file: Path | None) -> str:
    """Raises Unavailable where there is none."""
    text = (
        os.environ.get("LIANDONG_TOKEN", "") if token_file is None else token_file.read_text(encoding="utf-8")
    )
    found = text.strip()
    if not found:
        raise Unavailable(
            "缺少令牌：用 --token-file 或 LIANDONG_TOKEN 提供（liandong token create）。",
            "A token is missing: give --token-file or LIANDONG_TOKEN (liandong token create).",
        )
    return found


def ask(
    url: str, path: str, token: str, body: dict[str, Any] | None = None, accept: str = "application/json"
) -> Reply:
    """One request. Raises Unavailable when the server cannot be reached."""
    if not url.startswith(("http://", "https://")):
        raise Unavailable(
            "--url 须以 http:// 或 https:// 开头。", "--url must begin with http:// or https://."
        )
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"authorization": f"Bearer {token}", "accept": accept, "content-type": "application/json"}
    request = Request(url.rstrip("/") + path, data=data, headers=headers)  # noqa: S310  only http and https come here
    try:
        with urlopen(request, timeout=REQUEST_TIMEOUT_S) as answer:  # noqa: S310  only http and https come here
            head = answer.headers.get("liandong-head")
            return Reply(answer.status, answer.read(), int(head) if head else None)
    except HTTPError as error:
        with error:
            return Reply(error.code, error.read(), None)
    except (URLError, OSError, HTTPException) as error:
        raise Unavailable(
            f"无法连接 {url}（{error}）：请检查地址与服务器是否在运行。",
            f"{url} cannot be reached ({error}): check the address and that the server runs.",
        ) from error
