"""The tree against RFC 6962's own small trees, against a naive implementation, and against altered proofs."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.log import merkle

LEAVES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
HASHES = [merkle.leaf_hash(each) for each in LEAVES]
CANONICAL = (
    '{"operation":"drill-2026-05-12-a","position":7,"command_id":"6f1c2f0e-8a54-4e0e-9b7a-0d6a3c1b2e55",'
    '"actor":{"user":"u-17","organisation":"org-fire","post":"通信员"},"occurred_at":"2026-05-12T01:02:00Z",'
    '"recorded_at":"2026-05-12T01:03:12.481920Z","tags":["dispatch:d-3","team:cq-1"],'
    '"event":{"type":"TeamArrived","dispatch":"d-3","source":"radio","precision":"minute"}}'
).encode()
ROOTS = {
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def naive_root(data: list[bytes]) -> bytes:
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    split = 1
    while split * 2 < len(data):
        split *= 2
    return sha256(b"\x01" + naive_root(data[:split]) + naive_root(data[split:])).digest()


def test_the_leaf_of_the_canonical_bytes() -> None:
    assert len(CANONICAL) == 371
    leaf = "86a912751e40320cb625406e348db22b4c15805aba47d66a9b32c024c9e94e0d"
    assert merkle.leaf_hash(CANONICAL).hex() == leaf


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_roots_of_the_known_trees(size: int, root: str) -> None:
    assert merkle.root_of(HASHES[:size]).hex() == root


def test_the_root_of_nothing_and_of_one_empty_leaf() -> None:
    assert merkle.empty_root() == merkle.root(()) == sha256(b"").digest()
    root = merkle.root_of(HASHES[:1]).hex()
    assert root.startswith("6e340b9c")
    assert root.endswith("afa01d")


def test_the_known_inclusion_proof() -> None:
    proof = merkle.inclusion_proof(HASHES[:7], 5)
    assert [each.hex() for each in proof] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert merkle.verify_inclusion(HASHES[5], 5, 7, proof, bytes.fromhex(ROOTS[7]))


def test_the_known_consistency_proof() -> None:
    proof = merkle.consistency_proof(HASHES, 4)
    assert [each.hex() for each in proof] == [
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
    ]
    assert merkle.verify_consistency(4, 8, proof, merkle.root_of(HASHES[:4]), bytes.fromhex(ROOTS[8]))


def test_the_smallest_proofs_are_empty_and_from_nothing_there_is_none() -> None:
    assert merkle.inclusion_proof(HASHES[:1], 0) == []
    assert merkle.consistency_proof(HASHES[:5], 5) == []
    root = merkle.root_of(HASHES[:5])
    assert merkle.verify_consistency(5, 5, [], root, root)
    assert not merkle.verify_consistency(5, 5, [], root, merkle.empty_root())
    assert not merkle.verify_consistency(5, 5, [root], root, root)
    assert not merkle.verify_consistency(0, 5, [], merkle.empty_root(), root)
    for first in (0, 6, -1):
        with pytest.raises(ValueError, match="beginning"):
            merkle.consistency_proof(HASHES[:5], first)
    for index in (5, -1):
        with pytest.raises(ValueError, match="not in a tree"):
            merkle.inclusion_proof(HASHES[:5], index)


def test_a_frontier_of_another_size_is_noticed() -> None:
    with pytest.raises(ValueError, match="perfect subtrees"):
        merkle.extend((HASHES[0],), 3, HASHES[:1])


@given(st.lists(st.lists(st.binary(max_size=40), max_size=40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_growing_by_batches_gives_the_naive_root(batches: list[list[bytes]]) -> None:
    frontier: tuple[bytes, ...] = ()
    data: list[bytes] = []
    for batch in batches:
        frontier = merkle.extend_data(frontier, len(data), batch)
        data += batch
        assert len(frontier) == len(data).bit_count()
        assert merkle.root(frontier) == naive_root(data)


@given(st.integers(1, 70), st.data())
@settings(max_examples=80, deadline=None)
def test_every_proof_verifies_and_an_altered_one_does_not(size: int, draw: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(size)]
    root = merkle.root_of(leaves)
    index = draw.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"x"), index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, root)
    first = draw.draw(st.integers(1, size))
    old = merkle.root_of(leaves[:first])
    chain = merkle.consistency_proof(leaves, first)
    assert merkle.verify_consistency(first, size, chain, old, root)
    if first < size:
        assert not merkle.verify_consistency(first, size, chain, merkle.leaf_hash(b"x"), root)
        assert not merkle.verify_consistency(first, size, chain, old, merkle.leaf_hash(b"x"))
        assert not merkle.verify_consistency(first, size, [*chain, root], old, root)
        assert not merkle.verify_consistency(first, size, [], merkle.leaf_hash(b"x"), root)
    for at in range(len(proof)):
        altered = [*proof]
        altered[at] = merkle.leaf_hash(altered[at])
        assert not merkle.verify_inclusion(leaves[index], index, size, altered, root)
    for at in range(len(chain)):
        altered = [*chain]
        altered[at] = merkle.leaf_hash(altered[at])
        assert not merkle.verify_consistency(first, size, altered, old, root)
