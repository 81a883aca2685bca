"""Logs as JSON lines on stderr, uvicorn's included. It must never write a secret, a password or a token."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
import structlog.tracebacks
from structlog.typing import EventDict, Processor, WrappedLogger

# Without the local variables, which structlog would write by default: among them are passwords and tokens.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)

HIDDEN = frozenset({"authorization", "cookie", "csrf", "dsn", "password", "secret", "session", "token"})


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A field with the name of a secret is blanked, whoever logged it."""
    for key in HIDDEN.intersection(event):
        event[key] = "…"
    return event


def configure(level: str = "info") -> None:
    """Every logger of the process, ours and the libraries', writes JSON lines to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=_factory,
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _TRACEBACKS,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "litestar"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # the edge writes its own line, with the request's id
    for noisy in ("websockets", "asyncio"):
        logging.getLogger(noisy).setLevel("WARNING")


def _factory(*args: Any) -> logging.Logger:
    return logging.getLogger(args[0] if args else "liandong")
