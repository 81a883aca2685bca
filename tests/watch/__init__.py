"""The watches: each rule to the second, and what holds for all of them."""
