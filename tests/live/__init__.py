"""Tests of the live board against a real server and a real WebSocket client."""
