"""What people look at, folded from the log. Pure: no clock, no I/O; each fold can be dropped and made again."""
