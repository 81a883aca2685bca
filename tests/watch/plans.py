"""Invented plans, as short as plans can be."""


def plan(id: str, owner: str = "gov", kind: str = "government_special", version: int = 1, *, valid_to: str = "2028-12-31",
         levels: str = "", more: str = "") -> str:  # fmt: skip
    """A plan file with two levels, I and II, unless others are given."""
    level = "{start: {mode: decision, decide_within: PT10M, authority: %s/duty, when: {fact: out_of_control, op: is, value: true}}%s}"
    text = levels or "{I: " + level % (owner, "") + ", II: " + level % (owner, "") + "}"
    return f"""format: liandong-plan/1
id: {id}
version: {version}
title: 示例预案
owner: {owner}
kind: {kind}
fields: [city_operation]
covers: {{events: [flood, explosion]}}
valid: {{from: "2026-01-01", to: "{valid_to}"}}
approval: {{by: {owner}/duty}}
levels: {text}
{more}
"""


RAIN_PLAN = plan(
    "gov-rain",
    more="""warning_actions:
  - {type: rainstorm, colour: [red, orange], action: activate, level: I}
  - {type: rainstorm, colour: yellow, action: stand_by}
""",
)
