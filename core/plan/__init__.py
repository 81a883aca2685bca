"""Plans 预案 as files and the standing check that they link: document, conditions, register, the fourteen checks. No I/O."""
