"""Both stores pass the recorder test case that ships with the library `eventsourcing`, and its own kind of programs."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.tests import DCBRecorderTestCase
from eventsourcing.persistence import IntegrityError, ProgrammingError

from core.log.dcb import LogRecorder
from core.log.postgres import PostgresLog
from core.log.sqlite import SqliteLog


@pytest.fixture(params=["sqlite", "postgres"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogRecorder]:
    log = SqliteLog(tmp_path) if request.param == "sqlite" else PostgresLog(request.getfixturevalue("pg_dsn"))
    with LogRecorder(log, "program-1") as opened:
        yield opened


class TheLibrarysTestCase(DCBRecorderTestCase):
    __test__ = False

    def runTest(self) -> None:  # noqa: N802  # This is how unittest names it.
        """Only its methods are called."""

    def append_read(self, recorder: LogRecorder) -> None:
        self._test_append_read(recorder)

    def append_subscribe(self, recorder: LogRecorder) -> None:
        self._test_append_subscribe(recorder)


def test_it_appends_and_reads_as_the_library_demands(recorder: LogRecorder) -> None:
    TheLibrarysTestCase().append_read(recorder)


def test_it_subscribes_as_the_library_demands(recorder: LogRecorder) -> None:
    TheLibrarysTestCase().append_subscribe(recorder)


def test_a_stopped_subscription_ends_a_reader_that_waits(recorder: LogRecorder) -> None:
    subscription = recorder.subscribe()
    recorder.append([DCBEvent("told", b"1", ["a"])])
    assert next(subscription).position == 1
    timer = threading.Timer(0.1, subscription.stop)
    timer.start()
    with pytest.raises(StopIteration):
        next(subscription)
    timer.join()


def test_a_subscription_hears_only_what_it_asked_for(recorder: LogRecorder) -> None:
    recorder.append([DCBEvent("told", b"1", ["a"]), DCBEvent("told", b"2", ["b"])])
    query = DCBQuery([DCBQueryItem(["told"], ["b"]), DCBQueryItem([], ["c"])])
    with recorder.subscribe(query) as subscription:
        assert next(subscription).position == 2
        recorder.append([DCBEvent("told", b"3", ["a"]), DCBEvent("asked", b"4", ["c", "a"])])
        event = next(subscription)
        assert (event.position, event.event.tags) == (4, ["c", "a"])


def test_the_stored_bytes_are_the_programs(recorder: LogRecorder) -> None:
    data = bytes(range(256))
    recorder.append([DCBEvent("any", data, ["人:张三"])])
    assert [each.event for each in recorder.read()] == [DCBEvent("any", data, ["人:张三"])]


def test_an_index_separator_in_a_tag_is_refused(recorder: LogRecorder) -> None:
    for tag in ("a\x1eb", "a\x1fb", "a\x00b", ""):
        with pytest.raises(ProgrammingError):
            recorder.append([DCBEvent("any", b"", [tag])])
    assert recorder.append([DCBEvent("any", b"", ["a"])]) == 1


def test_a_condition_without_a_position_sees_the_whole_log(recorder: LogRecorder) -> None:
    recorder.append([DCBEvent("made", b"", ["hot", f"one:{n}"]) for n in range(300)])
    taken = DCBAppendCondition(DCBQuery([DCBQueryItem(["made"], ["hot", "one:250"])]))
    free = DCBAppendCondition(DCBQuery([DCBQueryItem(["made"], ["hot", "one:300"])]))
    with pytest.raises(IntegrityError):
        recorder.append([DCBEvent("made", b"", ["hot"])], taken)
    assert recorder.append([DCBEvent("made", b"", ["hot"])], free) == 301


def test_a_long_log_is_read_in_pages_up_to_the_head_of_the_call(recorder: LogRecorder) -> None:
    recorder.append([DCBEvent("made", b"%d" % n, ["t"]) for n in range(2500)])
    response = recorder.read(DCBQuery([DCBQueryItem([], ["t"])]))
    recorder.append([DCBEvent("made", b"late", ["t"])])
    assert [event.event.data for event in response] == [b"%d" % n for n in range(2500)]
    assert response.head == 2500
