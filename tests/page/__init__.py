"""The board in a real browser: its modules by themselves, and the page against a stand-in for the server."""
