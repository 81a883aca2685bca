"""The demo: an invented district and a day of its calls as data files, and the player that asks for them through the ordinary door."""
