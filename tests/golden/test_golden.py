"""Every stored sample decodes, encodes to the same bytes, and every event type has one in each of its forms."""

from __future__ import annotations

import hashlib

import pytest

from core import catalogue
from core.catalogue import EVENTS
from core.world import World
from projections.metrics import Metrics
from tests.golden.make import missing, samples

FIRST_SAMPLES = 145
FIRST_SAMPLES_SHA256 = "41c10d56d88f4185b2aafc5155177eca9218d04e3db9d5ed423b07d1eca89d19"
"""Of the first lines of the file: samples are added, never changed."""


def test_every_event_type_has_its_samples() -> None:
    lacking = sorted({type(event).__name__ for event in missing()})
    assert not lacking, f"run `python -m tests.golden.make` and commit what it adds: {lacking}"


def test_every_sample_decodes_and_encodes_to_the_same_bytes() -> None:
    for line in samples():
        recorded = catalogue.decode(line)
        assert catalogue.encode(recorded) == line, recorded.type


def test_samples_are_of_known_types_only() -> None:
    assert {catalogue.decode(line).type for line in samples()} == set(EVENTS)


def test_old_samples_were_never_changed() -> None:
    first = b"\n".join(samples()[:FIRST_SAMPLES])
    assert hashlib.sha256(first).hexdigest() == FIRST_SAMPLES_SHA256


def test_every_fold_takes_every_sample() -> None:
    world, metrics = World(), Metrics()
    for line in samples():
        recorded = catalogue.decode(line)
        world.apply(recorded)
        metrics.apply(recorded)
    assert world.position == metrics.position == len(samples())


def test_a_damaged_sample_is_not_read() -> None:
    for line in samples():
        with pytest.raises(catalogue.UnknownEvent):
            catalogue.decode(line.replace(b'"type":"', b'"type":"Un', 1))
