"""Every text of the page is in the catalogue, in both languages, and every text of the catalogue is used."""

import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
SCRIPTS = "\n".join(path.read_text("utf-8") for path in sorted((STATIC / "app").rglob("*.js")))
CATALOGUES = {
    name: json.loads((STATIC / "i18n" / f"{name}.json").read_text("utf-8")) for name in ("zh-CN", "en")
}
CHINESE = CATALOGUES["zh-CN"]
# Keys written out, and the beginnings of those that end in a value: `team.state.${state}`.
WHOLE = set(re.findall(r"'([a-z_]+(?:\.[a-z_]+)*)'", SCRIPTS))
BEGINNINGS = (*re.findall(r"`([a-z_.]+\.)\$\{", SCRIPTS), "reason.withdraw.", "reason.cancel.")
# Keys that begin with a value: `${id}.title`.
ENDINGS = tuple(re.findall(r"`\$\{\w+\}(\.[a-z_.]+)`", SCRIPTS))


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(CHINESE) == list(CATALOGUES["en"])


def test_nothing_is_left_untranslated() -> None:
    assert not [key for key, text in CHINESE.items() if not text.strip()]
    chinese = re.compile(r"[\u4e00-\u9fff]")
    allowed = {"marking.drill", "marking.what_if"}
    assert not [key for key, text in CATALOGUES["en"].items() if chinese.search(text) and key not in allowed]


def test_both_languages_fill_in_the_same_names() -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert not [key for key in CHINESE if names(CHINESE[key]) != names(CATALOGUES["en"][key])]


def test_every_key_is_used() -> None:
    assert not [
        key
        for key in CHINESE
        if key not in WHOLE and not key.startswith(BEGINNINGS) and not key.endswith(ENDINGS)
    ]


def test_every_key_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"\bt\('([a-z_.]+)'", SCRIPTS)) | set(re.findall(r"does: '([a-z_.]+)'", SCRIPTS))
    assert not asked - CHINESE.keys()


def test_every_problem_of_the_command_line_has_its_words() -> None:
    problems = set(re.findall(r"new Wrong\(\s*'(\w+)'", SCRIPTS))
    assert problems
    assert not [name for name in problems if f"command.error.{name}" not in CHINESE]


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("team.state", "available ordered acknowledged en_route on_scene working released out_of_service"),
        (
            "dispatch.state",
            "ordered acknowledged en_route on_scene working released returned cancelled failed",
        ),
        ("grade", "particularly_major major large ordinary none"),
        ("field", "construction traffic fire hazmat special_equipment commerce_tourism city_operation"),
        (
            "entry",
            "incident team dispatch entry organisation operation refusal clock plan task link control warning hazard report finding",
        ),
        ("link.kind", "notify activate request hand_over warn"),
        ("link.state", "open acknowledged accepted declined satisfied"),
        ("task.state", "open started completed skipped"),
        ("activation.state", "stood_by active ended"),
        ("control.kind", "traffic cordon evacuation shelter_in_place"),
        ("control.state", "ordered in_force lifted"),
        ("control.ring", "hot warm cold outer"),
        ("severity", "critical warning notice"),
        ("report", "first supplement final"),
        ("channel", "phone app radio sms fax email broadcast runner"),
        ("trigger", "activated stood_by raised lowered government_on_scene ended"),
        ("evidence", "reading count entry photo report signature"),
        ("level", "government department enterprise community"),
        ("link", "connecting live stale lost signed_out upgrade"),
        (
            "milestone",
            "ordered acknowledged en_route on_scene working released returned cancelled diverted failed left_scene at_hospital",
        ),
    ],
)
def test_every_value_of_the_protocol_has_its_word(prefix: str, values: str) -> None:
    assert not [value for value in values.split() if f"{prefix}.{value}" not in CHINESE]
