"""The pages and what they load. Files of a build are served under its name and may be kept for ever; pages are asked for anew."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, PathParameter
from litestar.response import Redirect

from core.operation import LIVE
from web.errors import Problem
from web.http.auth import node_of
from web.node import Node, UnknownOperation

STATIC = Path(__file__).resolve().parent.parent / "static"
BUILD_CHARS = 8
FOR_EVER = "public, max-age=31536000, immutable"
MAP_CACHE = "public, max-age=3600"
MEDIA_TYPES = {
    ".css": "text/css",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".woff2": "font/woff2",
}
"""What is served, and as what; texts are UTF-8. A file of another kind is not served."""

FilePath = Annotated[Path, PathParameter(description="文件 · the file")]


def build_of(folder: Path) -> str:
    """Eight hexadecimal digits of the whole tree: another build as soon as any file is another."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(
                path.relative_to(folder).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()[:BUILD_CHARS]


BUILD = build_of(STATIC)
BASE = f"/static/{BUILD}"


@get("/", include_in_schema=False, sync_to_thread=False)
def index() -> Redirect:
    """The board of the operation that runs always."""
    return Redirect(f"/board/{LIVE}", status_code=302)


@get("/board/{operation:str}", include_in_schema=False)
async def board(operation: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """The page is the same for everybody; what it shows is asked for by the page, and needs a login."""
    node: Node = node_of(request)
    if not await node.exists(operation):
        raise UnknownOperation(operation)
    return _page("board.html", operation)


@get("/plans/{operation:str}", include_in_schema=False)
async def plans(operation: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """The map of all plans and their links."""
    if not await node_of(request).exists(operation):
        raise UnknownOperation(operation)
    return _page("plans.html", operation)


@get("/plan/{operation:str}/{plan:str}", include_in_schema=False)
async def plan(
    operation: FromPath[str],
    plan: FromPath[str],  # noqa: ARG001  the page reads it from its own address
    request: Request[Any, Any, Any],
) -> Response[bytes]:
    """One plan, to read and to print."""
    if not await node_of(request).exists(operation):
        raise UnknownOperation(operation)
    return _page("plan.html", operation)


@get("/login", include_in_schema=False, sync_to_thread=False)
def login() -> Response[bytes]:
    """A code after # never reaches the server but by the page's own request."""
    return _page("login.html", LIVE)


@get("/static/{build:str}/{file:path}", include_in_schema=False, sync_to_thread=True)
def static(build: FromPath[str], file: FilePath) -> Response[bytes]:
    """A file of this build. Of another one, whose files may differ: not kept."""
    return _file(STATIC, file, FOR_EVER if build == BUILD else "no-store")


@get("/map/{file:path}", include_in_schema=False, sync_to_thread=True)
def map_layer(file: FilePath) -> Response[bytes]:
    """A layer of the map."""
    return _file(STATIC / "map", file, MAP_CACHE)


def _page(name: str, operation: str) -> Response[bytes]:
    """The page with its few literals filled in; an operation that exists has an id that needs no escaping."""
    text = (STATIC / name).read_text(encoding="utf-8")
    for literal, value in (("base", BASE), ("operation", operation), ("build", BUILD)):
        text = text.replace("{{" + literal + "}}", value)
    return Response(text.encode(), media_type=MEDIA_TYPES[".html"])


def _file(folder: Path, file: Path, cache: str) -> Response[bytes]:
    # Resolved before it is compared: neither .. nor a link leads out of the folder.
    name = str(file).lstrip("/")
    wanted = (folder / name).resolve() if name.isprintable() else folder
    media_type = MEDIA_TYPES.get(wanted.suffix)
    if media_type is None or not wanted.is_relative_to(folder) or not wanted.is_file():
        raise Problem(404, "not_found", "没有这个文件。", "There is no such file.")
    return Response(wanted.read_bytes(), media_type=media_type, headers={"cache-control": cache})
