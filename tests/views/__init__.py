"""Tests of what people look at: every view against the truth, for every event."""
