"""The colours by themselves: contrast of every pair that is used, by day and by night."""

import re
from itertools import combinations
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "web/static/styles/tokens.css").read_text("utf-8")
DAY, NIGHT = (
    dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))
    for block in re.findall(r"\{(.*?)\n\}", TOKENS, re.DOTALL)
)
TEXT_MIN = 4.5
GRAPHIC_MIN = 3.0
GROUNDS = ("bg", "panel", "head", "row", "row-hover", "row-chosen", "row-alert", "field")

TEXT = [
    *[("ink", ground) for ground in (*GROUNDS, "cell")],
    *[("muted", ground) for ground in ("panel", "head", "row", "row-hover", "row-chosen", "row-alert")],
    ("faint", "field"),
    ("link", "row"),
    ("link", "head"),
    ("link", "panel"),
    ("alert-ink", "alert"),
    ("warn-ink", "warn"),
    ("map-label", "map-land"),
    ("panel", "ink"),
    *[(f"grade-{n}-ink", f"grade-{n}") for n in range(1, 5)],
]
GRAPHICS = [
    *[("focus", ground) for ground in ("panel", "row", "field")],
    ("edge", "row"),
    ("edge", "panel"),
    ("edge", "field"),
    ("idle", "map-land"),
    ("badge-edge", "row"),
    ("badge-edge", "map-land"),
    ("ink", "map-land"),
    ("map-border", "map-land"),
]


def rgb(colour: str) -> list[float]:
    """The three channels of #rrggbb, linear, from 0 to 1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), rgb(x), strict=True)) for x in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [pytest.param(DAY, id="day"), pytest.param(NIGHT, id="night")])
def test_text_can_be_read(theme: dict[str, str]) -> None:
    poor = {f"{a} on {b}": round(contrast(theme[a], theme[b]), 2) for a, b in TEXT}
    assert not {pair: ratio for pair, ratio in poor.items() if ratio < TEXT_MIN}


@pytest.mark.parametrize("theme", [pytest.param(DAY, id="day"), pytest.param(NIGHT, id="night")])
def test_shapes_can_be_seen(theme: dict[str, str]) -> None:
    poor = {f"{a} on {b}": round(contrast(theme[a], theme[b]), 2) for a, b in GRAPHICS}
    assert not {pair: ratio for pair, ratio in poor.items() if ratio < GRAPHIC_MIN}


def test_day_and_night_name_the_same_colours() -> None:
    assert DAY.keys() == NIGHT.keys()


# Machado, Oliveira, Fernandes 2009, severity 1.0; the figures are theirs.
DEFICIENCIES = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
DISTANCE_MIN = 18.0


def lab(channels: list[float]) -> tuple[float, float, float]:
    """CIE L*a*b* under D65 of linear sRGB."""
    weights = (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
    x, y, z = (
        sum(w * min(1.0, max(0.0, c)) for w, c in zip(row, channels, strict=True)) / white
        for row, white in zip(weights, (0.95047, 1.0, 1.08883), strict=True)
    )
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("theme", [pytest.param(DAY, id="day"), pytest.param(NIGHT, id="night")])
@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
def test_grades_are_told_apart_by_colour_blind_eyes_too(
    theme: dict[str, str], deficiency: str | None
) -> None:
    def seen(colour: str) -> tuple[float, float, float]:
        channels = rgb(colour)
        if deficiency:
            channels = [
                sum(w * c for w, c in zip(row, channels, strict=True)) for row in DEFICIENCIES[deficiency]
            ]
        return lab(channels)

    colours = {n: seen(theme[f"grade-{n}"]) for n in range(1, 5)}
    # CIE 1976 distance: larger than ΔE2000 for saturated colours, so the least of it that we ask is larger as well.
    near = {
        f"{a}-{b}": sum((p - q) ** 2 for p, q in zip(colours[a], colours[b], strict=True)) ** 0.5
        for a, b in combinations(colours, 2)
    }
    assert not {pair: round(distance) for pair, distance in near.items() if distance < DISTANCE_MIN}
