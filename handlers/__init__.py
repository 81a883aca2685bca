"""How things come to happen: the rules, who may ask for what, and the desk. The only room that appends to the log."""
