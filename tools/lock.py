"""Write constraints.txt: every dependency, run-time and development, pinned with the hashes of its files.

The list holds for each Python that pyproject.toml names and for every machine. It says nothing about where
the files come from: no address of an index may ever stand in it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Exact versions and hashes of everything that is installed. Written by `make lock`; not by hand.\n"
ADDRESS = re.compile(r"[a-z]+://|--(?:extra-)?index-url|--find-links", re.IGNORECASE)


def resolve(*extra: str) -> str:
    """The pins of pyproject.toml, in the form that pip reads."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml"),
        *("--group", "dev", "--universal", "--python-version", "3.11", "--generate-hashes"),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"),
        *("--output-file", "constraints.txt"),
        *extra,
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return (ROOT / "constraints.txt").read_text(encoding="utf-8")


def main() -> None:
    """Resolve anew. With `--upgrade` every pin moves to its newest version; else pins stay where they fit."""
    pins = resolve(*sys.argv[1:])
    if found := ADDRESS.search(pins):
        sys.exit(
            f"constraints.txt would contain {found.group()!r}; it must hold names, versions and hashes only"
        )
    (ROOT / "constraints.txt").write_text(HEADER + pins.removeprefix(HEADER), encoding="utf-8")
    print(f"constraints.txt: {len(re.findall(r'^[a-z0-9]', pins, re.MULTILINE))} packages")


if __name__ == "__main__":
    main()
