"""Real call records played into a drill: read, put in order, planned as commands, sent through the same door as everyone's.

cells → book (what the file says) → order (what comes when) → plan (commands) → run (sending) → report. Only `reading`, `doors` and
`run` touch the world outside; the others are pure.
"""
