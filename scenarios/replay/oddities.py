"""Every oddity of a file, with the rows it was found in, and how each kind ends up in the log. Nothing is fixed here, only told."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

KINDS: dict[str, tuple[str, str, str, str]] = {
    # kind: (what it is: zh, en; how it ends up in the log: zh, en)
    "diverted": (
        "队伍在上一警情尚未解除时被派往另一警情",
        "a unit was sent to a second call before it was free of the first",
        "前一调派记为改派，其真实结束时间随后照录",
        "the first assignment is closed as diverted; its real end is recorded when it comes",
    ),
    "out_of_order": (
        "一行内时间先后颠倒",
        "stamps out of order within a row",
        "照录；负的间隔不计数",
        "recorded as they are; a negative interval is no number",
    ),
    "missing": ("缺少时间", "a stamp is missing", "该时间保持空白", "the milestone stays null"),
    "missing_order": (
        "缺少派遣时间",
        "the stamp of the order is missing",
        "调派按顺序记录，时间精度为 unknown，不参与间隔",
        "the order is recorded in its place with precision unknown, and makes no interval",
    ),
    "missing_report": (
        "缺少接报时间",
        "the stamp of the report is missing",
        "若该警情各行均缺，则接报按顺序记录，精度为 unknown",
        "where no row of the call has it, the report is recorded in its place with precision unknown",
    ),
    "repeated_identical": ("整行重复", "the row repeats word for word", "不再记录", "nothing is added"),
    "repeated_differing": (
        "同一调派的行重复而内容不同",
        "the row repeats with other contents",
        "首行缺的时间由后行补，其余不同的值各记一条记录",
        "what the first row lacks is taken from the later one; every other differing value is an entry",
    ),
    "row_id_taken": (
        "行编号已用于另一警情或队伍",
        "the row's id is that of another call or unit",
        "调派改用派生的编号",
        "the assignment gets a derived id",
    ),
    "row_id_missing": (
        "缺少行编号",
        "the row has no id",
        "调派编号由警情与队伍组成",
        "the assignment's id is made of call and unit",
    ),
    "id_changed": (
        "编号不合规则，已转写",
        "an id is not legal and was transliterated",
        "用转写后的编号记录",
        "recorded under the transliterated id",
    ),
    "unknown_call_type": (
        "对照表中没有的警情类别",
        "a call type that the map does not know",
        "种类记为 other，原词保留在 said",
        "kind other, with the word itself in said",
    ),
    "unknown_unit_type": (
        "对照表中没有的车组类别",
        "a unit type that the map does not know",
        "队伍按默认种类登记，原词保留为能力标签",
        "the team is registered with the default kind and the word itself as a capability",
    ),
    "unit_type_differs": (
        "同一队伍的类别前后不同",
        "one unit has several types",
        "按首次出现登记，其余记一条记录",
        "registered as first seen; another type is an entry",
    ),
    "stamp_unreadable": (
        "时间无法读取",
        "a stamp that cannot be read",
        "视为缺少，原文记一条记录",
        "counts as missing; the text itself is an entry",
    ),
    "point_unreadable": (
        "坐标无法读取",
        "coordinates that cannot be read",
        "地点不带坐标，原文记一条记录",
        "the place has no coordinates; the text itself is an entry",
    ),
    "point_out_of_range": (
        "坐标超出经纬度范围",
        "coordinates out of range",
        "地点不带坐标，原文记一条记录",
        "the place has no coordinates; the text itself is an entry",
    ),
    "point_far": (
        "坐标在本地范围之外",
        "a point outside the bounds of the map",
        "照录",
        "recorded as it is",
    ),
    "dst_ambiguous": (
        "该时刻在改钟之夜出现两次",
        "an hour that the night of the clock change has twice",
        "按第一次计",
        "taken as the first of the two",
    ),
    "dst_gap": (
        "该时刻在改钟之夜不存在",
        "an hour that the night of the clock change does not have",
        "按改钟前的时差换算",
        "converted with the offset before the change",
    ),
    "report_differs": (
        "同一警情的接报时间不一",
        "rows of one call differ in when it was received",
        "取最早者为接报，其余各记一条记录",
        "the earliest is the report; every other is an entry",
    ),
    "call_differs": (
        "同一警情各行的内容不一",
        "rows of one call differ in what they say of it",
        "以首行为准，其余各记一条记录",
        "the first row counts; every other value is an entry",
    ),
    "transport_without_arrival": (
        "有转运时间而无到场时间",
        "a transport without an arrival",
        "转运照录；空闲记为取消（从未报到场）",
        "the transport is recorded; the end is a cancellation, since no arrival was reported",
    ),
    "not_freed": (
        "没有空闲时间，调派保持未结",
        "no stamp of being free: the assignment stays open",
        "该警情不结案",
        "the call is not closed",
    ),
    "no_disposition": (
        "没有处置结果",
        "no final disposition",
        "该警情不结案",
        "the call is not closed",
    ),
    "no_unit": (
        "没有队伍",
        "the row names no unit",
        "警情照录，无调派",
        "the call is recorded, without an assignment",
    ),
    "no_call": (
        "没有警情编号，整行无法读取",
        "the row names no call and cannot be understood",
        "仅列于本报告",
        "listed in this report only",
    ),
    "wrong_cells": (
        "列数不符，整行无法读取",
        "the wrong number of cells: the row cannot be understood",
        "警情编号可认者记一条记录，否则列于本报告",
        "an entry on its call where that is known, else listed in this report",
    ),
    "extra_empty_cells": (
        "行尾多出空单元格",
        "empty cells beyond the header",
        "不影响读取",
        "the row is read all the same",
    ),
    "blank_row": ("空行", "a blank row", "无内容", "it says nothing"),
    "column_absent": (
        "文件没有这一列",
        "the file does not have this column",
        "其内容视为未提供",
        "what it would say counts as not given",
    ),
    "text_clipped": (
        "文字过长，已截断",
        "a text that is too long was clipped",
        "记录中以…结尾，全文见原文件",
        "it ends in … in the log; the file has the whole",
    ),
}


class Oddity(Struct):
    """One kind, with one detail (a column, a pair of columns, a code). `of` goes with `rows`: the other row of each pair."""

    kind: str
    detail: str
    rows: list[int]
    of: list[int]


class Oddities:
    """What was found so far."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Oddity] = {}

    def add(self, kind: str, row: int, detail: str = "", of: int | None = None) -> None:
        """Rows are numbered as a spreadsheet does: the header is row 1."""
        found = self._found.get((kind, detail))
        if found is None:
            if kind not in KINDS:
                raise KeyError(kind)
            found = self._found[kind, detail] = Oddity(kind, detail, [], [])
        if not found.rows or found.rows[-1] != row or of is not None:
            found.rows.append(row)
            if of is not None:
                found.of.append(of)

    def found(self) -> list[Oddity]:
        """In the order of KINDS, then by detail."""
        order = {kind: number for number, kind in enumerate(KINDS)}
        return sorted(self._found.values(), key=lambda one: (order[one.kind], one.detail))

    def count(self, kind: str) -> int:
        return sum(len(one.rows) for one in self._found.values() if one.kind == kind)

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                "kind": one.kind,
                "detail": one.detail,
                "count": len(one.rows),
                "zh": KINDS[one.kind][0],
                "en": KINDS[one.kind][1],
                "in_the_log": {"zh": KINDS[one.kind][2], "en": KINDS[one.kind][3]},
                "rows": one.rows,
                **({"of": one.of} if one.of else {}),
            }
            for one in self.found()
        ]
