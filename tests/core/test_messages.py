"""What is stored and what is sent: codec, bounds, unknown fields and types, tags."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from core.catalogue import (
    COMMANDS,
    EVENTS,
    UnknownEvent,
    decode,
    decode_command,
    encode,
    tags_of,
)
from core.operation import CommandRefused
from tests.core.samples import DUTY, SAMPLES, TEXT, recorded


@pytest.mark.parametrize("name", EVENTS)
def test_a_stored_event_reads_back_equal_and_byte_for_byte(name: str) -> None:
    before = recorded(SAMPLES[name])
    data = encode(before)
    after = decode(data)
    assert after == before
    assert encode(after) == data


@pytest.mark.parametrize("name", EVENTS)
def test_stored_bytes_are_one_line_of_plain_chinese(name: str) -> None:
    data = encode(recorded(SAMPLES[name]))
    assert b"\n" not in data
    assert b"\\u6c5f" not in data
    if TEXT[:3] in json.dumps(json.loads(data), ensure_ascii=False):
        assert "江湾区".encode() in data


@pytest.mark.parametrize("name", EVENTS)
def test_a_field_of_a_newer_version_is_ignored_in_an_event(name: str) -> None:
    before = recorded(SAMPLES[name])
    known = json.loads(encode(before))
    known["event"]["of_a_newer_version"] = {"x": [1]}
    known["of_a_newer_version"] = 1
    after = decode(json.dumps(known).encode())
    if name != "CommandRefused":  # its `asked` keeps the bytes as they were sent
        assert after == before


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_field_of_a_command_is_refused(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_command(json.dumps({"type": name, "of_a_newer_version": 1}).encode())


@pytest.mark.parametrize(
    "data",
    [
        encode(recorded(SAMPLES["ClockPaused"])).replace(b"ClockPaused", b"ClockMelted"),
        encode(recorded(SAMPLES["ClockPaused"]))[:-7],
        b"",
        b"\xff\xfe",
        b"{}",
    ],
    ids=["unknown type", "cut short", "empty", "no text", "no record"],
)
def test_what_this_version_cannot_read_is_an_unknown_event(data: bytes) -> None:
    with pytest.raises(UnknownEvent):
        decode(data)


PLACE = {"text": "江湾路"}


@pytest.mark.parametrize(
    ("command", "where"),
    [
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "incident": "-x"}, "$.incident"),
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "incident": "x\n"}, "$.incident"),
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "incident": "x" * 65}, "$.incident"),
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "incident": "江湾"}, "$.incident"),
        ({"type": "ReportIncident", "kind": "", "place": PLACE}, "$.kind"),
        ({"type": "ReportIncident", "kind": "flood", "place": {"text": "x", "lon": 180.5}}, "$.place.lon"),
        ({"type": "ReportIncident", "kind": "flood", "place": {"text": "x", "lat": -91}}, "$.place.lat"),
        ({"type": "ReportIncident", "kind": "flood", "place": {"text": "x", "z": 1}}, "$.place"),
        ({"type": "ReportIncident", "kind": "flood", "place": {"text": "x" * 201}}, "$.place.text"),
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "text": "x" * 4001}, "$.text"),
        ({"type": "ReportIncident", "kind": "flood", "place": PLACE, "field": "sea"}, "$.field"),
        ({"type": "ReportIncident", "kind": "flood"}, "place"),
        ({"type": "RecordCasualties", "incident": "i", "dead": -1}, "$.dead"),
        ({"type": "RecordCasualties", "incident": "i", "dead": 1.5}, "$.dead"),
        ({"type": "RecordCasualties", "incident": "i", "loss_yuan": 2**53}, "$.loss_yuan"),
        ({"type": "RegisterTeam", "team": "t", "organisation": "o", "name": {"zh": "x"}, "kind": "navy"}, "$.kind"),
        ({"type": "RegisterTeam", "team": "t", "organisation": "o", "name": {"en": "x"}, "kind": "other"}, "zh"),
        ({"type": "CorrectMilestone", "dispatch": "d", "milestone": "on_scene", "to": "2026-05-12T08:00:00", "reason": "x"}, "$.to"),
        ({"type": "CorrectMilestone", "dispatch": "d", "milestone": "lunch", "to": None, "reason": "x"}, "$.milestone"),
        ({"type": "CorrectMilestone", "dispatch": "d", "milestone": "on_scene", "reason": "x"}, "to"),
        ({"type": "OfferCommand", "incident": "i", "slot": "overall", "to_post": "duty", "reason": "x"}, "$.to_post"),
        ({"type": "CancelDispatch", "dispatch": "d", "reason": "diverted"}, "$.reason"),
        ({"type": "RegisterOrganisation", "organisation": "o", "name": {"zh": "x"}, "level": "community", "code": "33\n"}, "$.code"),
        ({"type": "StrikeEntry", "position": 0, "reason": "x"}, "$.position"),
        ({"type": "ChangeClockRate", "rate_n": 0}, "$.rate_n"),
        ({"type": "ReportTheMoon"}, "$.type"),
        ({"kind": "flood"}, "type"),
    ],
)  # fmt: skip
def test_a_malformed_command_is_named_by_its_field(command: dict[str, Any], where: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        decode_command(json.dumps(command).encode())
    assert where in str(error.value)


def test_the_longest_id_and_the_largest_loss_are_taken() -> None:
    decode_command(
        json.dumps({"type": "ReportIncident", "kind": "flood", "place": PLACE, "incident": "x" * 64}).encode()
    )
    decode_command(json.dumps({"type": "RecordCasualties", "incident": "i", "loss_yuan": 2**53 - 1}).encode())


TAGS_OF = {
    "TeamDispatched": {"dispatch:dispatch-1", "team:team-1", "incident:incident-1"},
    "CommandRefused": {"actor:gov/duty"},
    "PostOpened": {"organisation:organisation-1", "post:organisation-1/post-1"},
    "PostClosed": {"organisation:organisation-1", "post:organisation-1/post-1"},
    "OperationOpened": set[str](),
    "ClockStarted": set[str](),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_tagged_with_all_that_it_is_about(name: str) -> None:
    event = SAMPLES[name]
    tags = tags_of(event, DUTY)
    assert len(set(tags)) == len(tags)
    if isinstance(event, CommandRefused):
        assert tags == ("actor:gov/duty",)
        return
    for thing in ("incident", "dispatch", "team", "organisation"):
        if (id := getattr(event, thing, None)) is not None:
            assert f"{thing}:{id}" in tags
    assert TAGS_OF.get(name, set()) <= set(tags)


def test_both_sides_of_a_merger_a_link_and_a_diversion_are_tagged() -> None:
    def of(name: str, **fields: str) -> tuple[str, ...]:
        return tags_of(msgspec.structs.replace(SAMPLES[name], **fields), DUTY)

    assert of("IncidentMerged", incident="a", into="b") == ("incident:a", "incident:b")
    assert of("IncidentUnmerged", incident="a", out_of="b") == ("incident:a", "incident:b")
    assert of("IncidentsLinked", incident="a", other="b") == ("incident:a", "incident:b")
    assert of("OrganisationMerged", organisation="a", into="b") == ("organisation:a", "organisation:b")
    assert "dispatch:d-1" in of("TeamDispatched", dispatch="d-2", diverted_from="d-1")
    assert of("DispatchCancelled", dispatch="d-1", to="d-2")[-1] == "dispatch:d-2"
