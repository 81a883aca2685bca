"""The kinds of refusal. A refusal is an answer, not a fault: typed, bilingual, with details a program can read. Knows no HTTP.

    Refused
    ├── NotAuthorised          not_authorised       the post may not ask for this
    ├── Unknown                unknown_<thing>      the thing it names does not exist
    ├── AlreadyExists          already_exists       the id is taken by something else
    ├── Stale                  changed_meanwhile    somebody changed the same field after what the sender was looking at
    ├── ExercisePaused         exercise_paused      the drill's clock stands
    ├── FutureTime             future_time          `occurred_at` is later than a clock can explain
    └── Rule                   (its own code)       a rule of the field says no

`CommandIdReused` is answered but never recorded: it is a fault of the sender, not a decision.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A rule said no. `code` is stable; `zh` and `en` are sentences for people; `details` are for programs."""

    def __init__(self, code: str, zh: str, en: str, **details: Any) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en
        self.details = details


class NotAuthorised(Refused):
    """The actor's post has no authority for this command 无权限."""

    def __init__(self, zh: str, en: str, **details: Any) -> None:
        super().__init__("not_authorised", zh, en, **details)


class Unknown(Refused):
    """The command names something that does not exist in this operation."""

    def __init__(self, thing: str, zh_thing: str, id: str) -> None:
        super().__init__(
            f"unknown_{thing}",
            f"没有这个{zh_thing}：{id}。请核对编号。",
            f"There is no {thing} {id} in this operation: check the id.",
            **{thing: id},
        )


class AlreadyExists(Refused):
    """The id that the sender chose belongs to something else already."""

    def __init__(self, thing: str, zh_thing: str, id: str) -> None:
        super().__init__(
            "already_exists",
            f"{zh_thing}编号 {id} 已被占用，请换一个编号。",
            f"The {thing} id {id} is taken: choose another.",
            **{thing: id},
        )


class Stale(Refused):
    """Two people changed one field: the later sender had not seen the earlier change."""

    def __init__(self, field: str, position: int, by: str) -> None:
        super().__init__(
            "changed_meanwhile",
            f"“{field}”在您查看之后已由 {by} 更改（序号 {position}），请核对后再提交。",
            f"{field} was changed by {by} (position {position}) after what you were looking at: look again, then send again.",
            field=field,
            position=position,
            by=by,
        )


class ExercisePaused(Refused):
    """The exercise clock stands: players wait, controllers and evaluators may write 演练暂停."""

    def __init__(self) -> None:
        super().__init__(
            "exercise_paused",
            "演练已暂停，恢复后再提交。",
            "The exercise is paused: send again after it resumes.",
        )


class FutureTime(Refused):
    """The stated time lies so far ahead that it must be a typing error."""

    def __init__(self, occurred_at: str, now: str, limit_s: int) -> None:
        super().__init__(
            "future_time",
            f"发生时间 {occurred_at} 比当前时间 {now} 晚超过 {limit_s // 60} 分钟，请核对。",
            f"The stated time {occurred_at} is more than {limit_s // 60} minutes after now ({now}): check it.",
            occurred_at=occurred_at,
            now=now,
            limit_s=limit_s,
        )


class Rule(Refused):
    """A rule of the field says no; its code is its own."""


class CommandIdReused(Refused):
    """A known command id came back with another body or actor."""

    def __init__(self) -> None:
        super().__init__(
            "command_id_reused",
            "这个命令编号已用于另一条命令，请为新命令生成新的编号。",
            "This command id was used for another command: choose a new id for a new command.",
        )
