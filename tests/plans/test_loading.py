"""The loader takes what the format says and nothing else, says everything that is wrong at once, and where."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from core.plan.builder import plain
from core.plan.faults import FAULTS_MAX, Faults, FileRefused
from core.plan.load import load_register
from core.plan.parse import PLAN_BYTES_MAX, PLAN_NODES_MAX, parse_plan
from core.plan.tree import DEPTH_MAX, Mapping, Scalar, Sequence, read
from tests.plans.support import BASE, ORGANISATIONS, PLAN, Edit, base_files, edited

TEXT = (BASE / PLAN).read_text(encoding="utf-8")


def refused(text: str | bytes) -> list[tuple[int, int, str]]:
    """Line, column and code of every fault of a file that must be refused."""
    with pytest.raises(FileRefused) as caught:
        parse_plan(text if isinstance(text, bytes) else text.encode(), PLAN)
    assert list(caught.value.faults) == sorted(caught.value.faults)
    assert all(fault.zh and fault.en and fault.path == PLAN for fault in caught.value.faults)
    return [(fault.line, fault.column, fault.code) for fault in caught.value.faults]


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


def at(text: str, word: str) -> tuple[int, int]:
    """Line and column of a word that stands once in a text."""
    before = text[: text.index(word)]
    assert text.count(word) == 1, word
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_hash_is_that_of_the_exact_bytes() -> None:
    file = parse_plan(TEXT.encode(), PLAN)
    assert file.sha256 == sha256(TEXT.encode()).hexdigest()
    assert parse_plan((TEXT + "\n").encode(), PLAN).sha256 != file.sha256


def as_json(text: str) -> str:
    node = read(text.encode(), Faults("x"), bytes_max=PLAN_BYTES_MAX, nodes_max=PLAN_NODES_MAX)
    assert node is not None
    return json.dumps(plain(node), ensure_ascii=False, indent=1)


@pytest.mark.parametrize("path", [path for path in base_files() if path.startswith("plans/")])
def test_yaml_and_json_say_the_same(path: str) -> None:
    text = base_files()[path].decode()
    as_yaml, from_json = parse_plan(text.encode(), path), parse_plan(as_json(text).encode(), path)
    assert as_yaml.document == from_json.document
    assert as_yaml.lines.keys() == from_json.lines.keys()


def test_json_numbers_and_booleans_are_read_as_they_are_written() -> None:
    body = (
        as_json(TEXT)
        .replace('"version": "3"', '"version": 3')
        .replace('"critical": "true"', '"critical": true')
    )
    assert parse_plan(body.encode(), PLAN).document == parse_plan(TEXT.encode(), PLAN).document


def test_faults_of_json_have_their_place() -> None:
    body = as_json(TEXT).replace('"kind": "enterprise_special"', '"kind": "enterprise"')
    line, column = at(body, '"enterprise"')
    assert refused(body) == [(line, column, "not_one_of")]


def test_all_faults_are_listed_at_once_in_order_with_their_places() -> None:
    text = changed("kind: enterprise_special", "kind: enterprise_specail").replace(
        "within: PT3M", "within: 3min"
    )
    text = text.replace("accepts: [isolate.source", "acepts: [isolate.source")
    found = refused(text)
    assert found == [
        (*at(text, "enterprise_specail"), "not_one_of"),
        (*at(text, "3min"), "bad_duration"),
        (*at(text, "acepts"), "unknown_key"),
    ]


def test_a_near_miss_is_named() -> None:
    with pytest.raises(FileRefused) as caught:
        parse_plan(changed("accepts: [isolate", "acepts: [isolate").encode(), PLAN)
    (fault,) = caught.value.faults
    assert "Did you mean accepts?" in fault.en
    assert "是否为“accepts”？" in fault.zh
    assert str(fault).startswith(f"{PLAN}:{fault.line}:{fault.column}: unknown_key ")


WORDS = [
    "no",
    "on",
    "off",
    "yes",
    "1e3",
    "00:20:00",
    "0x1F",
    "1_000",
    "2026-05-12",
    "=",
    ".inf",
    "0o17",
    "true",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_text_stays_the_text_that_was_written(word: str) -> None:
    file = parse_plan(changed("title: 关闭储罐进出口阀门", f"title: {word}").encode(), PLAN)
    titles = [task.title.zh for level in file.document.levels.values() for task in level.tasks]
    assert word in titles


@pytest.mark.parametrize(
    "word", ["1e3", "0x1F", "1_000", ".inf", "nan", "+1", "00", "1.", "-1", "1:30", "１"]
)
def test_a_number_is_written_in_one_way_only(word: str) -> None:
    assert [code for _, _, code in refused(changed("radius_m: 300", f"radius_m: {word}"))] in (
        ["not_a_number"],
        ["out_of_range"],
    )


@pytest.mark.parametrize("word", ["yes", "on", "True", "1", "no"])
def test_a_yes_or_no_is_true_or_false(word: str) -> None:
    assert [
        code
        for _, _, code in refused(
            changed("quantity: 40, exclusive: true", f"quantity: 40, exclusive: {word}")
        )
    ] == ["not_one_of"]


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_missing_value_is_not_a_text(nothing: str) -> None:
    assert [code for _, _, code in refused(changed("title: 关闭储罐进出口阀门", f"title: {nothing}"))] == [
        "empty_value"
    ]


ATTACKS: dict[str, tuple[bytes, str]] = {
    "a bomb of aliases": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "anchor"),
    "an alias": (b"a: 1\nb: *a\n", "anchor"),
    "a merge key": (b"a: {<<: {b: 1}}\n", "merge_key"),
    "a tag": (b"a: !!int 3\n", "tag"),
    "a tag that would make an object": (b"a: !!python/object/apply:os.system ['true']\n", "tag"),
    "two documents": (TEXT.encode() + b"\n---\n" + TEXT.encode(), "many_documents"),
    "nothing": (b"", "empty"),
    "only a comment": (b"# nothing\n", "empty"),
    "another encoding": (TEXT.encode("gb18030"), "not_utf8"),
    "UTF-16": (TEXT.encode("utf-16"), "not_utf8"),
    "a NUL": (TEXT.replace("液氨", "液\0氨", 1).encode(), "forbidden_character"),
    "a byte order mark inside": (TEXT.replace("液氨", "液\ufeff氨", 1).encode(), "forbidden_character"),
    "a mark that turns the writing round": (
        TEXT.replace("液氨", "液\u202e氨", 1).encode(),
        "forbidden_character",
    ),
    "half a surrogate pair": (TEXT.encode().replace(b"title", b"\xed\xa0\x80title", 1), "not_utf8"),
    "too many bytes": (b"#" * (PLAN_BYTES_MAX + 1), "too_large"),
    "too many nodes": (b"[" + b"1," * PLAN_NODES_MAX + b"1]", "too_many_nodes"),
    "too many nodes in YAML": (b"- 1\n" * (PLAN_NODES_MAX + 1), "too_many_nodes"),
    "nested too deep": (b"[" * 5000 + b"]" * 5000, "too_deep"),
    "nested too deep in JSON": (b"[" * (DEPTH_MAX + 2) + b"1" + b"]" * (DEPTH_MAX + 2), "too_deep"),
    "nested far too deep in JSON": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "mappings nested too deep": (b"{a: " * 5000, "too_deep"),
    "a key that is a list": (b"{[a]: 1}\n", "bad_key"),
    "a very long key": (b"a" * 1000 + b": 1\n", "too_long"),
    "a very long text": (b"a: " + b"x" * 30_000 + b"\n", "too_long"),
    "no YAML at all": (b"a: [1\nb: }\n", "bad_yaml"),
    "a duplicate key": (b"format: liandong-plan/1\nformat: liandong-plan/1\n", "duplicate_key"),
    "a duplicate key in JSON": (b'{"format": "liandong-plan/1", "id": "a", "id": "b"}', "duplicate_key"),
    "another format": (b"format: drill-scenario/1\n", "bad_format"),
    "a list": (b"- a\n", "bad_format"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_loader_refuses(name: str) -> None:
    data, code = ATTACKS[name]
    assert code in [found for _, _, found in refused(data)]


def test_a_byte_order_mark_at_the_start_is_how_some_editors_save() -> None:
    assert (
        parse_plan(b"\xef\xbb\xbf" + TEXT.encode(), PLAN).document == parse_plan(TEXT.encode(), PLAN).document
    )


def test_no_more_faults_are_listed_than_anybody_reads() -> None:
    assert (
        len(refused("format: liandong-plan/1\n" + "".join(f"k{number}: 1\n" for number in range(1000))))
        == FAULTS_MAX
    )


def test_own_keys_are_kept_and_mean_nothing() -> None:
    file = parse_plan(
        changed("kind: enterprise_special", "kind: enterprise_special\nx-note: {a: [1, no]}").encode(), PLAN
    )
    assert file.extensions == {"x-note": {"a": ["1", "no"]}}
    assert file.document == parse_plan(TEXT.encode(), PLAN).document


def test_the_places_of_a_plan_are_those_of_its_file() -> None:
    file = parse_plan(TEXT.encode(), PLAN)
    lines = TEXT.splitlines()
    assert lines[file.place("levels.I.links_out.a1")[0] - 1].strip().startswith("- {id: a1,")
    assert lines[file.place("levels.I.links_out.a1.no_such_part")[0] - 1].strip().startswith("- {id: a1,")
    assert lines[file.place("expand")[0] - 1].startswith("expand:")
    assert file.place("nowhere") == (2, 1)  # where the document begins: the first line is a comment


def test_a_folder_lists_the_faults_of_all_its_files() -> None:
    files = edited(
        Edit(PLAN, "kind: enterprise_special", "kind: enterprise"),
        Edit(ORGANISATIONS, "{id: ct-hb-duty, post: dept-hb/duty", "{id: ct-jj-duty, post: dept-hb/duty"),
    )
    with pytest.raises(FileRefused) as caught:
        load_register(files)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [
        (PLAN, "not_one_of"),
        (ORGANISATIONS, "duplicate_id"),
    ]


def test_one_version_of_a_plan_is_one_file() -> None:
    files = {**base_files(), "plans/zz-copy.yaml": base_files()[PLAN]}
    with pytest.raises(FileRefused) as caught:
        load_register(files)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [
        ("plans/zz-copy.yaml", "duplicate_id")
    ]


def test_an_adoption_names_a_plan_that_is_there() -> None:
    rows = b'format: liandong-register/1\nadoptions: [{plan: no-such, version: 1, adopted: "2026-01-01"}]\n'
    with pytest.raises(FileRefused) as caught:
        load_register({**base_files(), "register/adopted.yaml": rows})
    assert [fault.code for fault in caught.value.faults] == ["unknown_reference"]


def test_nodes_keep_order_and_place() -> None:
    node = read(b"b: 1\na: [x, 'y']\n", Faults("x"), bytes_max=100, nodes_max=100)
    assert isinstance(node, Mapping)
    assert list(node.entries) == ["b", "a"]
    listed = node.entries["a"].node
    assert isinstance(listed, Sequence)
    assert listed.items == [Scalar("x", 2, 5, False), Scalar("y", 2, 8, True)]
