"""The fields of every kind of row, as the pages know them."""

WIRE: dict[str, set[str]] = {
    "operation": {"id", "kind", "title", "clock"},
    "organisation": {"id", "name", "level", "parent", "state"},
    "team": {
        *("id", "name", "organisation", "kind", "strength", "base", "state", "incident", "dispatch", "since"),
        *("due_at", "due_rule", "lon", "lat", "precision"),
    },
    "incident": {
        *("id", "kind", "field", "text", "place", "state", "grade", "declared_major", "reported_at"),
        *("reported_precision", "dead", "serious", "injured", "missing", "loss_yuan", "commander", "teams"),
        *("dispatches", "merged_into", "position"),
    },
    "dispatch": {"id", "team", "incident", "state", "milestones"},
    "plan": {
        *("id", "title", "owner", "level", "version", "valid", "levels", "kind", "events", "retired"),
    },
    "activation": {
        *("id", "plan", "version", "level", "incident", "state", "at", "since", "link", "cause", "owner"),
        *("authority", "released", "warning", "by", "position"),
    },
    "proposal": {
        *(
            "id",
            "plan",
            "version",
            "level",
            "incident",
            "authority",
            "opened_at",
            "due_at",
            "link",
            "position",
        ),
    },
    "task": {
        *("id", "activation", "incident", "plan_task", "title", "post", "state", "opened_at", "due_at"),
        *("done_at", "critical", "evidence", "duty", "citation", "position"),
    },
    "link": {
        *(
            "id",
            "activation",
            "incident",
            "plan",
            "kind",
            "plan_link",
            "to_post",
            "to_plan",
            "to_level",
            "asks",
        ),
        *("state", "answered", "text", "channel", "opened_at", "due_at", "first_due_at", "timed_out"),
        *("escalated", "acknowledged_at", "answered_at", "citation", "position"),
    },
    "control": {
        *("id", "incident", "kind", "area", "state", "shape", "ring", "executing", "by", "ordered_at"),
        *("in_force_at", "reviewed_at", "lifted_at", "until", "exceptions", "evacuated", "sites", "version"),
        "position",
    },
    "warning": {
        *("id", "kind", "hazard_type", "colour", "area", "text", "begins", "ends", "since", "addressees"),
        *("acknowledged", "position"),
    },
    "finding": {
        *("id", "rule", "subject", "severity", "zh", "en", "opened_at", "incident", "owner"),
        *("acknowledged_by", "evidence", "position"),
    },
    "obligation": {
        *(
            "id",
            "kind",
            "owner",
            "subject",
            "zh",
            "en",
            "basis_at",
            "due_at",
            "until",
            "citation",
            "incident",
        ),
        "missed",
    },
    "report": {
        *("id", "incident", "kind", "number", "to", "by", "known_at", "filed_at", "late_s", "position"),
    },
}
