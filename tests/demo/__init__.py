"""The demo's data, its plan, its player and the command that starts it."""
