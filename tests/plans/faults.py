"""One change each that makes the base set wrong, and the rule that owns it: the ✗ of every rule, and more of its kinds."""

# ruff: noqa: E501  the lines of a plan file are quoted whole, so that they can be found in it

from __future__ import annotations

from typing import NamedTuple

from core.plan.rows import Rule
from tests.plans.support import COMMUNITY, DISTRICT, FIRE, ORGANISATIONS, PLAN, RESOURCES, SPACE, Edit

EXPAND = "expand: {from_level: I, when: {any: ["
UPPER_START = (
    "authority: dept-yj/director, expected_duration: PT6H,\n"
    '            when: {any: [{fact: leak_t, op: ">=", value: 5}'
)
H1 = "      - {id: h1, kind: hand_over"
HAND_OVER = """hand_over: {condition: government_on_scene, from: ent-slc/site_commander, to: dept-fire/site_lead, signed_by: [from, to], within: PT5M,
            briefing: [situation, casualties, teams, orders, open_items, residual_risk]}
"""
END_I = """    end: {authority: ent-slc/site_commander, after: [gov-xc-hazmat],
          conditions: [{id: e2, text: 泄漏源关闭, evidence: reading, confirmed_by: dept-fire/site_lead},
                       {id: e3, text: 厂界氨浓度连续30分钟达标, evidence: reading, confirmed_by: dept-hb/monitoring}]}
"""
TUNNEL = """format: liandong-plan/1
id: dept-fire-tunnel
version: 1
title: 隧道事故处置预案
owner: dept-fire
kind: department
fields: [traffic]
valid: {from: "2026-01-01", to: "2028-12-31"}
approval: {by: dept-fire/commander}
levels:
  II:
    start: {mode: automatic, authority: dept-fire/duty, when: {fact: substance, op: is, value: petrol}}
warning_actions: [{type: thunderstorm, colour: red, action: stand_by}]
resources: [{team: tm-fire-foam, quantity: 1, exclusive: true}]
closures: []
"""
FOAM_UNDER_THUNDER = Edit(
    FIRE, "resources: [{team: tm-fire-foam", "warning_actions: [{type: thunderstorm, colour: red, action: stand_by}]\nresources: [{team: tm-fire-foam"
)  # fmt: skip


class Broken(NamedTuple):
    """A change, the rule that must find it, where, and how gravely."""

    rule: Rule
    what: str
    plan: str | None
    subject: str
    severity: str
    edits: tuple[Edit, ...]


ENT = "ent-slc-ammonia"
GOV = "gov-xc-hazmat"
FIRE_PLAN = "dept-fire-hazmat"

BROKEN: tuple[Broken, ...] = (
    Broken("L1", "the district starts at ten tonnes", ENT, "expand", "critical",
           (Edit(DISTRICT, UPPER_START, UPPER_START.replace("value: 5", "value: 10")),)),
    Broken("L1", "a plan with an upper plan never escalates", FIRE_PLAN, "expand", "critical",
           (Edit(FIRE, "expand: {from_level: II, when: {fact: own_resources_insufficient, op: is, value: true}}\n", ""),)),
    Broken("L2", "the level that asks the district has no row", ENT, "I/gov-xc-hazmat", "critical",
           (Edit(PLAN, "{own: I, upper: gov-xc-hazmat, level: IV, reason: 企业一级对应区四级}, ", ""),)),
    Broken("L2", "the row's level does not exist", ENT, "I->gov-xc-hazmat/III", "critical",
           (Edit(PLAN, "{own: I, upper: gov-xc-hazmat, level: IV,", "{own: I, upper: gov-xc-hazmat, level: III,"),)),
    Broken("L2", "starts are copied from the accident grade", "com-demo-all", "levels", "warning",
           (Edit(COMMUNITY, "when: {any: [{fact: offsite_effect, op: is, value: true}, {fact: warning_at_least, op: is, value: typhoon/red}]}",
                 "when: {fact: grade_at_least, op: is, value: large}"),)),
    Broken("L3", "the report goes to the bureau that was merged in 2019", ENT, "n1", "critical",
           (Edit(PLAN, "to: {post: dept-yj/duty}", "to: {post: dept-aj/duty}"),)),
    Broken("L3", "the addressee is on duty by day only", ENT, "n1", "critical",
           (Edit(ORGANISATIONS, "{id: ct-yj-duty, post: dept-yj/duty, kind: phone}",
                 '{id: ct-yj-duty, post: dept-yj/duty, kind: phone, hours: "08:00-17:30"}'),)),
    Broken("L3", "the report takes longer than the law gives", ENT, "n1/limit", "critical",
           (Edit(PLAN, "channel: phone, ack_within: PT10M, escalate_to: gov-xc/duty, legal_basis", "channel: phone, ack_within: PT90M, escalate_to: gov-xc/duty, legal_basis"),)),
    Broken("L3", "nobody is at the post of escalation", ENT, "a1/escalate_to", "critical",
           (Edit(PLAN, "ack_within: PT5M, escalate_to: gov-xc/duty_lead", "ack_within: PT5M, escalate_to: gov-xc/night_lead"),)),
    Broken("L4", "the district relies on a firm's foam that never agreed", GOV, "g2", "critical",
           (Edit(DISTRICT, "evidence: entry, critical: true}]",
                 "evidence: entry, critical: true}, {id: g2, title: 泡沫覆盖, post: ent-park-team/duty, duty: foam.cover, within: PT20M, evidence: entry}]"),)),
    Broken("L4", "the district does not take the enterprise's call", ENT, "a1", "critical",
           (Edit(DISTRICT, "  - {from: ent-slc-ammonia, kind: activate, accept: dept-yj/director, mode: proposed}\n", ""),)),
    Broken("L4", "the fire brigade takes a link that nobody sends", FIRE_PLAN, "links_in/com-demo-all/request", "notice",
           (Edit(FIRE, "links_in:\n", "links_in:\n  - {from: com-demo-all, kind: request, accept: dept-fire/duty, mode: proposed}\n"),)),
    Broken("L5", "command is handed over and no more", ENT, "hand_over", "critical",
           (Edit(PLAN, HAND_OVER, "hand_over: {condition: government_on_scene, to: dept-fire/site_lead}\n"),)),
    Broken("L5", "the residual risk is not briefed", ENT, "hand_over", "critical",
           (Edit(PLAN, "open_items, residual_risk]", "open_items]"),)),
    Broken("L6", "nothing happens on a red rainstorm", "com-demo-all", "rainstorm/red", "critical",
           (Edit(SPACE, "name: 示例广场, point: [120.190, 30.345], exposed: [typhoon, thunderstorm]",
                 "name: 示例广场, point: [120.190, 30.345], exposed: [typhoon, thunderstorm, rainstorm]"),)),
    Broken("L6", "nothing happens on an orange typhoon", ENT, "typhoon/orange", "critical",
           (Edit(PLAN, "  - {type: typhoon, colour: orange, action: stand_by}\n", ""),)),
    Broken("L7", "one foam truck is promised to the tank and the tunnel", FIRE_PLAN, "tm-fire-foam/double", "warning",
           (FOAM_UNDER_THUNDER, Edit("plans/dept-fire-tunnel.yaml", "", TUNNEL))),
    Broken("L7", "there is less in the depot than the plan takes", ENT, "dep-slc/2990199", "critical",
           (Edit(RESOURCES, "quantity: 60", "quantity: 30"),)),
    Broken("L7", "the foam truck is out of service", FIRE_PLAN, "tm-fire-foam", "critical",
           (Edit(RESOURCES, "capabilities: [team.foam, team.hazmat], quantity: 1", "capabilities: [team.foam, team.hazmat], quantity: 1, in_service: false"),)),
    Broken("L8", "the agreement ended last month", ENT, "haz-slc-nh3/team.hazmat", "critical",
           (Edit(RESOURCES, 'valid: {from: "2025-01-01", to: "2027-12-31"}', 'valid: {from: "2025-01-01", to: "2026-04-12"}'),)),
    Broken("L8", "the agreement ends in a month", ENT, "haz-slc-nh3/team.hazmat", "warning",
           (Edit(RESOURCES, 'valid: {from: "2025-01-01", to: "2027-12-31"}', 'valid: {from: "2025-01-01", to: "2026-06-12"}'),)),
    Broken("L8", "the agreement is for another hazard", ENT, "haz-slc-nh3/team.hazmat", "critical",
           (Edit(RESOURCES, "hazards: [ammonia]", "hazards: [lpg]"),)),
    Broken("L8", "the provider has lost its team", ENT, "haz-slc-nh3/team.hazmat", "critical",
           (Edit(RESOURCES, "kind: specialist, capabilities: [team.hazmat]", "kind: specialist, capabilities: [team.hazmat], in_service: false"),)),
    Broken("L9", "the community does not know of the tank", ENT, "com-demo/z1", "critical",
           (Edit(COMMUNITY, "aware_of: [haz-slc-nh3]\n", ""),)),
    Broken("L9", "the shelters are too small", ENT, "com-demo/z1/places", "critical",
           (Edit(SPACE, "capacity: 900", "capacity: 600"),)),
    Broken("L10", "a shelter stands 150 metres from the tank", ENT, "sh-near/z1", "critical",
           (Edit(SPACE, "shelters:\n", "shelters:\n  - {id: sh-near, owner: ent-slc, name: 厂前广场, point: [120.18156, 30.340], capacity: 300}\n"),
            Edit(PLAN, "shelters: [sh-beijingyuan], rendezvous", "shelters: [sh-beijingyuan, sh-near], rendezvous"))),
    Broken("L10", "the evacuees meet a closed road", ENT, "rt-slc-east/seg-shixiang-12", "critical",
           (Edit(PLAN, "except: [rescue, evacuees]", "except: [rescue]"),)),
    Broken("L10", "every way for rescuers is closed", ENT, "closures/ll-slc", "critical",
           (Edit(PLAN, "except: [rescue, evacuees]", "except: [evacuees]"),
            Edit(SPACE, "routes: [rt-rescue-north, rt-rescue-south]", "routes: [rt-rescue-north]"))),
    Broken("L11", "the district has adopted version 6", ENT, "gov-xc-hazmat", "warning",
           (Edit("register/adopted.yaml", "", 'format: liandong-register/1\nadoptions: [{plan: gov-xc-hazmat, version: 6, adopted: "2026-04-20"}]\n'),
            Edit("plans/gov-xc-hazmat-6.yaml", "", "@6"))),
    Broken("L11", "the law changed after the review", ENT, "ground/gr-law", "warning",
           (Edit("register/grounds.yaml", "", 'format: liandong-register/1\ngrounds: [{id: gr-law, on: "2026-03-01", kind: law, text: 示例法规修订, hazards: [haz-slc-nh3], plans: [ent-slc-ammonia]}]\n'),)),
    Broken("L12", "the place has another name since 2021", ENT, "place/plc-old-yard", "warning",
           (Edit(SPACE, "places:\n", 'places:\n  - {id: plc-old-yard, name: 旧储罐区, point: [120.18, 30.34], valid: {to: "2021-04-08"}, successor: plc-slc-yard}\n'),
            Edit(PLAN, "places: [plc-slc-yard]}", "places: [plc-slc-yard, plc-old-yard]}"))),
    Broken("L12", "an end condition is confirmed by a post that nobody knows", GOV, "post/dept-hb/analyst", "critical",
           (Edit(DISTRICT, "confirmed_by: dept-hb/monitoring", "confirmed_by: dept-hb/analyst"),)),
    Broken("L12", "a stock is counted in another unit", ENT, "unit/2990199/dep-slc/2990199", "warning",
           (Edit(PLAN, "quantity: 40, exclusive: true", "quantity: 40, unit: 箱, exclusive: true"),)),
    Broken("L13", "the community's plan expired", None, "com-demo/ru-shiqiao-07", "critical",
           (Edit(COMMUNITY, '{from: "2025-09-01", to: "2027-08-31", reviewed: "2025-08-20"}', '{from: "2017-09-01", to: "2020-08-31", reviewed: "2017-08-20"}'),
            Edit(PLAN, "zones: [{id: z1, scenario: 储罐破裂, shape: {circle: plc-slc-yard, radius_m: 300}, citation: 企业风险评估报告(示例)}]\n", ""))),
    Broken("L14", "the general manager ends it when the danger is past", ENT, "I/order", "critical",
           (Edit(PLAN, END_I, "    end: {authority: ent-slc/general_manager, conditions: [{id: e2, text: 险情排除}]}\n"),)),
    Broken("L14", "those who closed the valve confirm it", ENT, "e1", "critical",
           (Edit(PLAN, "confirmed_by: ent-slc/safety}", "confirmed_by: ent-slc/operator}"),)),
    Broken("L14", "the owner alone confirms the end of a level that the district shares", ENT, "e3", "critical",
           (Edit(PLAN, "confirmed_by: dept-hb/monitoring", "confirmed_by: ent-slc/safety"),)),
)  # fmt: skip
