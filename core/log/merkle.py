"""The RFC 6962 Merkle tree over stored bytes: a compact range to grow it, proofs about it, and their verifiers.

Pure functions of bytes. A *frontier* is the roots of the perfect subtrees of a tree, largest (leftmost) first: as many as
the size has one-bits. Proof order is that of RFC 6962 §2.1; verification is RFC 9162 §2.1.3.2 and §2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice

EMPTY_ROOT = sha256(b"").digest()
LEAF = b"\x00"
NODE = b"\x01"


def empty_root() -> bytes:
    return EMPTY_ROOT


def leaf_hash(data: bytes) -> bytes:
    return sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


def extend(frontier: Sequence[bytes], size: int, leaves: Iterable[bytes]) -> tuple[bytes, ...]:
    """The frontier of the tree of `size` leaves with the leaf hashes `leaves` added: amortised one node hash per leaf."""
    digest = sha256
    stack = list(frontier)
    if len(stack) != size.bit_count():
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} perfect subtrees, not {len(stack)}")
    for leaf in leaves:
        # Each trailing one-bit of the old size is a perfect subtree as large as the one in hand: they join.
        joined, joins = leaf, size
        while joins & 1:
            joined = digest(NODE + stack.pop() + joined).digest()
            joins >>= 1
        stack.append(joined)
        size += 1
    return tuple(stack)


def extend_data(frontier: Sequence[bytes], size: int, data: Iterable[bytes]) -> tuple[bytes, ...]:
    """`extend` for stored bytes: hashes each leaf on the way."""
    digest = sha256
    return extend(frontier, size, [digest(LEAF + each).digest() for each in data])


def root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree whose frontier this is: the subtrees joined from the smallest to the largest."""
    if not frontier:
        return EMPTY_ROOT
    joined = frontier[-1]
    for subtree in frontier[-2::-1]:
        joined = sha256(NODE + subtree + joined).digest()
    return joined


def root_of(leaves: Sequence[bytes]) -> bytes:
    return root(extend((), 0, leaves))


def _root_between(leaves: Sequence[bytes], start: int, stop: int) -> bytes:
    return root(extend((), 0, islice(leaves, start, stop)))


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (size ≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index` (from 0) lies in the tree over the leaf hashes `leaves`. O(n) hashes."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"leaf {index} is not in a tree of {len(leaves)}")
    proof: list[bytes] = []
    start, stop = 0, len(leaves)
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_root_between(leaves, middle, stop))
            stop = middle
        else:
            proof.append(_root_between(leaves, start, middle))
            start = middle
    proof.reverse()
    return proof


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree over `leaves` begins with the tree of its `first` leaves. O(n) hashes.

    For first = 0 no proof is meaningful: ValueError.
    """
    if not 1 <= first <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has no provable beginning of {first}")
    proof: list[bytes] = []
    start, stop, known = 0, len(leaves), True
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            proof.append(_root_between(leaves, middle, stop))
            stop = middle
        else:
            proof.append(_root_between(leaves, start, middle))
            start, known = middle, False
    if not known:
        proof.append(_root_between(leaves, start, stop))
    proof.reverse()
    return proof


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> bool:
    """Whether `proof` shows that the leaf hash `leaf` stands at `index` of the tree of `size` leaves with that root."""
    if not 0 <= index < size:
        return False
    fn, sn, joined = index, size - 1, leaf
    for each in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            joined = node_hash(each, joined)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            joined = node_hash(joined, each)
        fn >>= 1
        sn >>= 1
    return sn == 0 and joined == expected_root


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether `proof` shows that the tree of `second` leaves begins with the tree of `first` leaves."""
    if not 1 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    old = new = path[0]
    for each in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old = node_hash(each, old)
            new = node_hash(each, new)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            new = node_hash(new, each)
        fn >>= 1
        sn >>= 1
    return sn == 0 and old == first_root and new == second_root
