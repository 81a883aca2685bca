"""Imports of call records, against a reference that is worked out from the CSV alone."""
