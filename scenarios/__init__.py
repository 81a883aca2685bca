"""Drills: files of what shall happen, and the players that ask for it at the ordinary door. Nothing here appends to a log itself."""
