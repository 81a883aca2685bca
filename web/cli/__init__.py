"""The command line. `main` is what the script `liandong` runs; each command is a file of its own, imported when it is asked for."""

from __future__ import annotations

from web.cli.main import main

__all__ = ["main"]
