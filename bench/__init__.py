"""Measurements beside a peer in the same run. Scripts, never tests: they print ratios, JSON and a table."""
