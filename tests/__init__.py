"""The suite: rules, views and logs without a network; the edge against real servers and a real browser."""
