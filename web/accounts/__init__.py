"""Who may come in: users, browser sessions, API tokens and one-time login codes. None of it is in the log."""
