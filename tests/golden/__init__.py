"""Stored samples of every event ever written: each must be readable for ever."""
