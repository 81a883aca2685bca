"""The reactions themselves: what is asked for, at which instant, once."""

from core.activation import EndResponse, StandDown
from core.dispatch import ArriveTeam, DepartTeam
from core.entry import AddEntry, RestoreEntry, StrikeEntry
from core.incident import CloseIncident, ReportIncident, VerifyIncident
from core.link import AcknowledgeLink
from core.scales import ResponseLevel, WarningColour
from core.warning import RelaySignal
from handlers.reactions import Reactions
from tests.reactions.story import Reacting, just_after
from tests.rules.commands import FIRST, send
from tests.rules.given import t
from tests.watch.log import HERE
from tests.watch.plans import RAIN_PLAN, plan

START = "{mode: %s, authority: gov/duty, when: {fact: leak_t, op: '>=', value: %s}%s}"


def chemical(
    mode: str = "automatic", links: str = "", owner: str = "gov", kind: str = "government_special"
) -> str:
    decide = ", decide_within: PT10M" if mode == "decision" else ""
    end = "end: {authority: gov/duty, conditions: []}"
    high, low = START % (mode, 5, decide), START % (mode, 1, decide)
    levels = f"{{I: {{start: {high}{links}, {end}}}, II: {{start: {low}, {end}}}}}"
    return plan("gov-chem", owner, kind, levels=levels)


def leak(value: str) -> AddEntry:
    return AddEntry(incident=FIRST, fact="leak_t", value=value)


def explosion(story: Reacting) -> Reacting:
    return story.at("09:00", ReportIncident(kind="explosion", place=HERE))


def test_a_finding_is_raised_just_after_its_limit_and_cleared_when_the_log_says_so() -> None:
    story = explosion(Reacting()).at("09:01", send()).until("09:10")
    raised = story.recorded("FindingRaised")
    assert [(at, one.rule) for at, one in raised][:2] == [
        (just_after("09:03"), "W5"),
        (just_after("09:04"), "W6"),
    ]
    story.at("09:12", DepartTeam(dispatch="d-1"))
    cleared = {one.finding: one.cleared_at for _, one in story.recorded("FindingCleared")}
    assert cleared["W5|d-1|3"] == t("09:12")
    assert set(story.story.world.findings) == {"W6|d-1:arrival|3", "W7|2026-0001|2"}


def test_a_finding_that_comes_again_is_raised_again_and_one_that_grows_critical_once_more() -> None:
    story = Reacting().at("05:30", ReportIncident(kind="gas_leak", place=HERE))
    story.at("05:40", AddEntry(incident=FIRST, tag="stand_down"))
    position = next(r.position for r in story.records if r.type == "EntryAdded")
    for clock, command in (
        ("05:41", StrikeEntry(position=position, reason="误记")),
        ("05:42", RestoreEntry(position=position, reason="无误")),
    ):
        story.at(clock, command)
    assert [one.rule for _, one in story.recorded("FindingRaised")].count("W3") == 2
    other = Reacting().at("05:30", ReportIncident(kind="structure_fire", place=HERE))
    other.at("05:31", AddEntry(incident=FIRST, tag="no_evacuation", text="可控")).until("06:40")
    assert [(at, one.severity) for at, one in other.recorded("FindingRaised")] == [
        (just_after("06:01"), "warning"),
        (just_after("06:31"), "critical"),
    ]


def test_an_obligation_is_missed_once_and_may_still_be_met() -> None:
    story = explosion(Reacting()).at("09:01", send()).until("12:00")
    missed = [(at, one.kind) for at, one in story.recorded("ObligationMissed")]
    assert (just_after("09:03"), "dispatch.ack") in missed
    assert len(missed) == len({one.obligation for _, one in story.recorded("ObligationMissed")})


LINK = (
    ", links_out: [{id: n1, kind: notify, to: {post: dept/duty}, trigger: activated, channel: phone, "
    "ack_within: PT10M, escalate_to: street/duty}]"
)


def test_a_link_that_nobody_answers_goes_up_twice_and_then_no_further() -> None:
    story = explosion(Reacting().adopt("08:00", chemical(links=LINK))).at("09:10", leak("6")).until("12:00")
    assert [at for at, _ in story.recorded("LinkTimedOut")] == [just_after("09:20")]
    up = [(at, one.to_post) for at, one in story.recorded("LinkEscalated")]
    assert [to for _, to in up] == ["street/duty", "gov/duty_lead"]
    assert up[0][0] == just_after("09:20")
    assert (up[1][0] - up[0][0]).total_seconds() < 301
    assert [one.severity for _, one in story.recorded("FindingRaised") if one.rule == "W5"][-1] == "critical"
    story.at("12:01", AcknowledgeLink(link="l-1"), by="dept/duty")
    assert [one.rule for one in story.story.world.findings.values() if one.rule == "W5"] == []


def test_a_link_that_was_answered_in_time_stays_where_it_is() -> None:
    story = explosion(Reacting().adopt("08:00", chemical(links=LINK))).at("09:10", leak("6"))
    story.at("09:20", AcknowledgeLink(link="l-1"), by="dept/duty").until("12:00")
    assert story.recorded("LinkTimedOut") == []


def test_a_plan_starts_by_itself_at_the_highest_level_whose_condition_holds() -> None:
    story = explosion(Reacting().adopt("08:00", chemical())).at("09:10", leak("0.5"))
    assert story.recorded("PlanActivated") == []
    story.at("09:20", leak("6"))
    ((at, activated),) = story.recorded("PlanActivated")
    assert (at, activated.level) == (t("09:20"), ResponseLevel.I)
    story.at("09:21", leak("7")).until("10:00")
    assert len(story.recorded("PlanActivated")) == 1


def test_a_plan_that_leaves_it_to_an_authority_is_proposed_with_its_facts() -> None:
    story = explosion(Reacting().adopt("08:00", chemical("decision"))).at("09:10", leak("6")).until("10:00")
    assert story.recorded("PlanActivated") == []
    ((_, proposed),) = story.recorded("ActivationProposed")
    assert proposed.facts == tuple(r.position for r in story.records if r.type == "EntryAdded")
    assert proposed.due_at == t("09:20")


def test_a_struck_fact_starts_nothing() -> None:
    story = Reacting().at("09:00", ReportIncident(kind="explosion", place=HERE)).at("09:10", leak("6"))
    position = next(r.position for r in story.records if r.type == "EntryAdded")
    story.at("09:11", StrikeEntry(position=position, reason="误记")).adopt("09:12", chemical())
    story.at("09:13", AddEntry(incident=FIRST, fact="evacuees", value="20"))
    assert story.recorded("PlanActivated") == []


def test_an_ended_response_stays_ended_until_something_new_is_known() -> None:
    story = explosion(Reacting().adopt("08:00", chemical())).at("09:10", leak("6"))
    story.at("10:00", EndResponse(activation="a-1", reason="险情消除")).until("11:00")
    story.at("11:00", AddEntry(incident=FIRST, fact="evacuees", value="3")).until("12:00")
    assert len(story.recorded("PlanActivated")) == 1
    story.at("12:00", leak("5"))
    assert len(story.recorded("PlanActivated")) == 2


def test_a_plan_of_one_site_starts_only_for_what_is_known_to_be_there() -> None:
    site = chemical(owner="ent", kind="enterprise_special").replace(
        "explosion]}", "explosion], hazards: [haz-1]}"
    )
    story = explosion(Reacting().adopt("08:00", site)).at("09:10", leak("6"))
    assert story.recorded("PlanActivated") == []
    story.at("09:20", AddEntry(incident=FIRST, fact="hazard", value="haz-1"))
    assert len(story.recorded("PlanActivated")) == 1


def test_nothing_starts_for_a_false_report_or_a_closed_incident() -> None:
    for command in (
        VerifyIncident(incident=FIRST, real=False, reason="误报"),
        CloseIncident(incident=FIRST, reason="误报"),
    ):
        story = explosion(Reacting().adopt("08:00", chemical())).at("09:05", command).at("09:10", leak("6"))
        assert story.recorded("PlanActivated") == []


def signal(colour: WarningColour = WarningColour.YELLOW) -> RelaySignal:
    return RelaySignal(hazard_type="rainstorm", colour=colour, area="江湾区", text="暴雨", issuer="市气象台",
                       begins=t("10:00"), warning="w-1")  # fmt: skip


def test_a_warning_puts_on_stand_by_what_the_plans_say_and_once() -> None:
    story = Reacting().adopt("08:00", RAIN_PLAN).at("09:50", signal())
    assert story.recorded("PlanStoodBy") == []
    story.until("12:00")
    ((at, stood),) = story.recorded("PlanStoodBy")
    assert (at, stood.plan, stood.incident) == (t("10:00"), "gov-rain", "warning-w-1")
    story.at("12:10", StandDown(activation=stood.activation, reason="减弱")).until("15:00")
    assert len(story.recorded("PlanStoodBy")) == 1
    assert [one.rule for _, one in story.recorded("FindingRaised")] == []


def test_a_red_warning_proposes_what_an_authority_must_decide_and_w2_waits_for_it() -> None:
    story = Reacting().adopt("08:00", RAIN_PLAN).at("10:00", signal(WarningColour.RED)).until("11:00")
    assert [one.plan for _, one in story.recorded("ActivationProposed")] == ["gov-rain"]
    assert (just_after("10:15"), "W2") in [(at, one.rule) for at, one in story.recorded("FindingRaised")]


ON_SCENE = (
    ", links_out: [{id: h1, kind: hand_over, to: {post: dept/duty}, trigger: government_on_scene, channel: radio, "
    "ack_within: PT5M, escalate_to: gov/duty}]"
)


def test_links_that_wait_for_the_government_go_out_when_its_first_team_is_there() -> None:
    story = explosion(Reacting().adopt("08:00", chemical(links=ON_SCENE))).at("09:10", leak("6"))
    story.at("09:11", send("micro")).at("09:12", ArriveTeam(dispatch="d-1"))
    assert story.recorded("LinkOpened") == []  # the community's team is not the government's
    story.at("09:13", send("fs-1")).at("09:20", ArriveTeam(dispatch="d-2"))
    assert [(at, one.plan_link) for at, one in story.recorded("LinkOpened")] == [(t("09:20"), "h1")]
    story.at("09:25", send("fs-2")).at("09:30", ArriveTeam(dispatch="d-3"))
    assert len(story.recorded("LinkOpened")) == 1


def test_whoever_starts_later_asks_for_what_is_left_and_for_nothing_that_is_done() -> None:
    story = (
        explosion(Reacting().adopt("08:00", chemical(links=LINK))).at("09:10", leak("6")).at("09:11", send())
    )
    story.until("09:30")
    anew = Reactions()
    for recorded in story.records:
        anew.apply(recorded)
    assert anew.due(t("09:30")) == []
    late = Reactions()
    for recorded in story.records:
        if recorded.actor.post == "watch":
            continue
        late.apply(recorded)
    keys = {one.key for one in late.due(t("09:30"))}
    # The first node's record is not there: the same is asked for by the same keys, but for what was over meanwhile.
    raised = {one.key for _, one in story.asked if one.key.startswith("raise|")}
    standing = {one.finding for _, one in story.recorded("FindingRaised")} - {
        one.finding for _, one in story.recorded("FindingCleared")
    }
    assert {key for key in keys if key.startswith("raise|")} <= raised
    assert {
        key.removeprefix("raise|").rsplit("|", 3)[0] for key in keys if key.startswith("raise|")
    } == standing
