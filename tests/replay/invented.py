"""Invented call records with every oddity of real ones. Seeded: the same number gives the same file."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HEADER = [
    "Call Number", "Unit ID", "Incident Number", "Call Type", "Received DtTm", "Entry DtTm", "Dispatch DtTm",
    "Response DtTm", "On Scene DtTm", "Transport DtTm", "Hospital DtTm", "Call Final Disposition", "Available DtTm",
    "Address", "City", "Original Priority", "Unit Type", "Location", "RowID",
]  # fmt: skip
STAMPS = [name for name in HEADER if name.endswith("DtTm")]
TYPES = ["Structure Fire", "Medical Incident", "Alarms", "Gnome Sighting", ""]
UNIT_TYPES = {"E": "ENGINE", "T": "TRUCK", "M": "MEDIC", "Z": "ZEPPELIN"}
DISPOSITIONS = ["Fire", "Cancelled", "No Merit", "Code 2 Transport"]
START = datetime(2017, 11, 4, 20, 0)  # noqa: DTZ001  local to the file; the night after it, the clocks go back


def stamp(at: datetime) -> str:
    return at.strftime("%m/%d/%Y %I:%M:%S %p")


def invent(path: Path, seed: int, rows: int, units: int = 40, oddities: bool = True) -> None:
    """A file of about `rows` rows. With `oddities` nothing about it can be trusted."""
    chance = Random(seed)
    names = [f"{chance.choice('ETMZ')}{number:02d}" for number in range(units)]
    lines: list[list[str]] = []
    at = START
    number = 170_000_000 + seed * 1000
    while len(lines) < rows:
        at += timedelta(seconds=chance.randint(5, 900))
        number += 1
        lines += _call(chance, number, at, names, oddities)
    if oddities:
        _repeat(chance, lines)
        _spoil(chance, lines)
        if chance.random() < 0.5:
            chance.shuffle(lines)
    with path.open("w", encoding="utf-8-sig" if chance.random() < 0.5 else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(lines)


def _call(
    chance: Random, number: int, received: datetime, names: list[str], oddities: bool
) -> list[list[str]]:
    call = str(number)
    lat, lon = chance.uniform(37.7, 37.8), chance.uniform(-122.5, -122.4)
    common = {
        "Call Number": call,
        "Incident Number": f"1700{number % 10000}",
        "Call Type": chance.choice(TYPES),
        "Received DtTm": stamp(received),
        "Entry DtTm": stamp(received + timedelta(seconds=40)),
        "Call Final Disposition": chance.choice(DISPOSITIONS),
        "Address": "100 Block of\nINVENTED ST" if chance.random() < 0.1 else "100 Block of INVENTED ST",
        "City": "Nowhere",
        "Original Priority": "3",
        "Location": f"({lat:.7f}, {lon:.7f})",
    }
    if oddities and chance.random() < 0.03:
        common["Location"] = chance.choice(["", "somewhere", "(97.1, -122.4)", "(37.1 -122.4)"])
    found: list[list[str]] = []
    for unit in chance.sample(names, min(len(names), chance.choice([1, 1, 2, 3, 5, 12]))):
        moments = [received + timedelta(seconds=chance.randint(20, 200))]
        for most in (200, 900, 1500, 900, 3000):
            moments.append(moments[-1] + timedelta(seconds=chance.randint(0, most)))
        ordered, response, scene, transport, hospital, available = map(stamp, moments)
        row = {
            **common,
            "Unit ID": unit,
            "Unit Type": UNIT_TYPES[unit[0]],
            "Dispatch DtTm": ordered,
            "Response DtTm": response,
            "On Scene DtTm": scene if chance.random() < 0.7 else "",
            "Transport DtTm": "",
            "Hospital DtTm": "",
            "Available DtTm": available,
            "RowID": f"{call}-{unit}",
        }
        if unit[0] == "M" and chance.random() < 0.4:
            row["Transport DtTm"], row["Hospital DtTm"] = transport, hospital
        if oddities:
            _disturb(chance, row)
        found.append([row[name] for name in HEADER])
    return found


def _disturb(chance: Random, row: dict[str, str]) -> None:
    """Stamps that are missing, swapped, later than the next order, or no stamps at all."""
    for name in STAMPS:
        if chance.random() < 0.03:
            row[name] = ""
    if chance.random() < 0.04:
        one, other = chance.sample(STAMPS, 2)
        row[one], row[other] = row[other], row[one]
    if chance.random() < 0.02:
        row[chance.choice(STAMPS)] = chance.choice(["n/a", "13/45/2017 01:00:00 PM", "31-31-31"])
    if chance.random() < 0.02:
        row["Unit Type"] = "SUBMARINE"
    if chance.random() < 0.01:
        row["Unit ID"] = ""


def _repeat(chance: Random, lines: list[list[str]]) -> None:
    """Rows that come again, word for word or with other stamps."""
    for line in chance.sample(lines, len(lines) // 30):
        again = list(line)
        if chance.random() < 0.6:
            index = HEADER.index(chance.choice(STAMPS[2:]))
            again[index] = (
                "" if chance.random() < 0.3 else stamp(START + timedelta(seconds=chance.randint(0, 90_000)))
            )
        lines.insert(chance.randint(0, len(lines)), again)


def _spoil(chance: Random, lines: list[list[str]]) -> None:
    """Rows that cannot be understood."""
    for line in chance.sample(lines, max(1, len(lines) // 200)):
        spoilt = line[:-3] if chance.random() < 0.5 else ["", *line[1:]]
        lines.insert(chance.randint(0, len(lines)), spoilt)
