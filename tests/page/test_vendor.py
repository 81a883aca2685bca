"""The libraries that are shipped with the page are the ones that VENDOR.toml names, with their licences, and small."""

import hashlib
import tomllib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "web" / "static" / "vendor"
BYTES_MAX = 1_200_000
LIBRARIES = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["library"]


def test_each_file_is_the_one_that_was_built() -> None:
    built = {one["file"]: one["sha256"] for one in LIBRARIES}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert found == built


def test_each_library_comes_with_its_licence() -> None:
    parts = [*LIBRARIES, *[part for one in LIBRARIES for part in one.get("inside", [])]]
    assert all(part["licence"] and (VENDOR / part["licence_text"]).stat().st_size for part in parts)


def test_all_of_them_together_are_small() -> None:
    assert sum(path.stat().st_size for path in VENDOR.glob("*.js")) <= BYTES_MAX
