"""The real page in a real browser on the real server: what a dispatcher does with it, and what the log says of it afterwards."""
