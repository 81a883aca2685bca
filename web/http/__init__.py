"""The doors over HTTP. Each endpoint decodes, hands over and answers; statuses and errors stand in web/errors.py alone."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from web.http import commands, health

ROUTES: list[ControllerRouterHandler] = [commands.send_command, health.live, health.ready, health.metrics]
