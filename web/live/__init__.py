"""The live board's server side: one keeper per operation folds the log once; every page gets the same bytes.

log → keeper (folds, follows, watches its own lag) → frames (what to send, when) → hub (to whom) → client (one page, bounded) → wire.
"""
