"""The doors over HTTP. Each endpoint decodes, hands over and answers; statuses and errors stand in web/errors.py alone."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from web.http import batch, commands, events, health, incidents, pages, plans, session, tables, views

ROUTES: list[ControllerRouterHandler] = [
    commands.send_command,
    batch.send_commands,
    events.read_events,
    views.read_view,
    incidents.read_incident,
    plans.list_plans,
    plans.read_plan,
    plans.read_linkage,
    tables.read_tables,
    session.log_in,
    session.read_session,
    session.log_out,
    health.live,
    health.ready,
    health.metrics,
    pages.index,
    pages.board,
    pages.login,
    pages.plans,
    pages.plan,
    pages.static,
    pages.map_layer,
]
