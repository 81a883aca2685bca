"""The command line, as a person and a script use it: on a fresh folder, beside a running server, and after an altered byte."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from core.log.sqlite import SqliteLog
from tests.edge.servers import LiandongServer, liandong, token_of
from web.cli.verify import verified
from web.node import Node
from web.settings import Settings

REPORT = '{"type":"ReportIncident","kind":"gas_leak","place":{"text":"朝晖路"}}'


def test_a_fresh_folder_takes_a_token_and_a_user_before_any_server_ran(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert token_of("--data", data).startswith("ld_")
    added = liandong(
        "user",
        "add",
        "李雷",
        "--post",
        "duty",
        "--organisation",
        "gov",
        "--data",
        data,
        stdin="a long password\n",
    )
    assert (added.returncode, added.stdout[:2]) == (0, "u-")
    assert "a long password" not in (data / "accounts.db").read_bytes().decode("latin-1")
    listed = json.loads(liandong("token", "list", "--data", data, "--json").stdout)
    assert [(one["organisation"], one["post"], one["used_at"]) for one in listed] == [("gov", "duty", None)]
    assert "digest" not in listed[0]
    short = liandong(
        "user", "add", "x", "--post", "duty", "--organisation", "gov", "--data", data, stdin="short\n"
    )
    assert (short.returncode, "10" in short.stderr) == (1, True)
    unopened = liandong("token", "create", "--post", "nobody", "--organisation", "gov", "--data", data)
    assert unopened.returncode == 0
    assert "gov/nobody" in unopened.stderr


def test_serve_send_tail_verify_back_up_and_restore(tmp_path: Path) -> None:
    data, token_file = tmp_path / "data", tmp_path / "token"
    with LiandongServer(tmp_path, "--data", data) as server:
        token_file.write_text(token_of("--data", data))  # made while the server runs, and good at once
        remote = ("--url", server.url, "--token-file", token_file)
        sent = liandong("send", "live", REPORT, *remote)
        assert (sent.returncode, json.loads(sent.stdout)["outcome"]) == (0, "accepted")
        refused = liandong("send", "live", '{"type":"CloseIncident","incident":"no","reason":"x"}', *remote)
        assert (refused.returncode, json.loads(refused.stdout)["code"]) == (1, "unknown_incident")
        piped = liandong(
            "send", "live", "-", "--url", server.url, stdin=REPORT, LIANDONG_TOKEN=token_file.read_text()
        )
        assert piped.returncode == 0
        owned = liandong("send", "live", REPORT, "--data", data, "--token-file", token_file)
        assert (owned.returncode, "--url" in owned.stderr) == (3, True)
        assert liandong("send", "live", REPORT, "--url", server.url).returncode == 3, "no token"

        beside = liandong("tail", "live", "--data", data, "--no-follow", "--after", "18", "--json").stdout
        through = liandong("tail", "live", *remote, "--no-follow", "--after", "18", "--json").stdout
        assert beside == through
        assert [json.loads(line)["position"] for line in beside.splitlines()] == [19, 20, 21]
        typed = liandong("tail", "live", "--data", data, "--no-follow", "--type", "IncidentReported").stdout
        assert [line.split()[0] for line in typed.splitlines()] == ["19", "21"]

        [verdict] = json.loads(liandong("verify", "--data", data, "--json").stdout)
        assert (verdict["operation"], verdict["position"], verdict["ok"]) == ("live", 21, True)
        assert liandong("backup", tmp_path / "copy", "--data", data).returncode == 0
        assert liandong("backup", tmp_path / "copy.tar", "--data", data).returncode == 0
        assert liandong("backup", tmp_path / "copy", "--data", data).returncode == 1, (
            "never over an older one"
        )
        occupied = liandong("restore", tmp_path / "copy", "--data", data)
        assert (occupied.returncode, "empty" in occupied.stderr) == (1, True)
        assert server.end(signal.SIGTERM) == 0
        for line in server.log().splitlines()[1:]:
            assert not line.startswith("{") or json.loads(line)["level"] in ("info", "warning")

    for source in ("copy", "copy.tar"):
        restored = liandong("restore", tmp_path / source, "--data", tmp_path / f"from-{source}", "--json")
        assert restored.returncode == 0, restored.stderr
        [again] = json.loads(liandong("verify", "--data", tmp_path / f"from-{source}", "--json").stdout)
        assert again["root"] == verdict["root"]
        assert again["epoch"] > verdict["epoch"]
    here = liandong("send", "live", REPORT, "--data", tmp_path / "from-copy", "--token-file", token_file)
    assert (here.returncode, json.loads(here.stdout)["positions"]) == (0, [22, 22]), "the accounts came along"


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE event SET data = CAST(replace(data, 'duty', 'dusk') AS BLOB) WHERE type = 'PostOpened'",
        "UPDATE event SET data = replace(data, 'duty', 'dusk') WHERE type = 'PostOpened'",
        "UPDATE event SET data = CAST(data AS TEXT)",
        "UPDATE event SET recorded_at = 'never'",
        "DELETE FROM event WHERE type = 'OrganisationRegistered'",
        "DELETE FROM event WHERE id IN (SELECT max(id) FROM event)",
        "UPDATE event SET id = id + 100 WHERE id IN (SELECT max(id) FROM event)",
        "UPDATE head SET frontier = zeroblob(length(frontier))",
    ],
)
async def test_an_alteration_is_found(tmp_path: Path, alteration: str) -> None:
    await (await Node.open(Settings(data=tmp_path))).close()
    alter(tmp_path, alteration)
    log = SqliteLog(tmp_path, read_only=True)
    await log.open()
    try:
        verdict = await verified(log, "live", lambda _done, _of: None)
    finally:
        await log.close()
    assert not verdict.ok
    assert verdict.faults


def test_an_altered_log_is_told_and_is_not_restored(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token_of("--data", data)
    assert liandong("verify", "--data", data).returncode == 0
    alter(data, "UPDATE event SET data = replace(data, 'duty', 'dusk') WHERE type = 'PostOpened'")
    found = liandong("verify", "--data", data)
    assert (found.returncode, "ALTERED" in found.stdout) == (1, True), found.stderr
    assert liandong("backup", tmp_path / "copy", "--data", data).returncode == 0
    refused = liandong("restore", tmp_path / "copy", "--data", tmp_path / "new")
    assert (refused.returncode, "does not verify" in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "new").exists()


def alter(data: Path, statement: str) -> None:
    """What somebody with a database tool could do."""
    database = sqlite3.connect(data / "liandong.db")
    with database:
        assert database.execute(statement).rowcount
    database.close()


def test_a_column_that_says_something_else_than_its_record_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token_of("--data", data)
    alter(data, "UPDATE event SET type = 'TeamArrived' WHERE type = 'PostOpened'")
    [verdict] = json.loads(liandong("verify", "--data", data, "--json").stdout)
    assert not verdict["ok"]
    assert len(verdict["faults"]) == 16


def test_a_backup_with_an_altered_file_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token_of("--data", data)
    assert liandong("backup", tmp_path / "copy", "--data", data).returncode == 0
    with (tmp_path / "copy" / "accounts.db").open("ab") as file:
        file.write(b"x")
    refused = liandong("restore", tmp_path / "copy", "--data", tmp_path / "new")
    assert (refused.returncode, "accounts.db" in refused.stderr) == (1, True)


def test_a_login_link_opens_a_session_once_and_a_revoked_token_none(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with LiandongServer(tmp_path, "--data", data) as server:
        liandong(
            "user", "add", "李雷", "--post", "duty", "--organisation", "gov", "--no-password", "--data", data
        )
        link = liandong("user", "link", "李雷", "--url", server.url, "--data", data).stdout.strip()
        code = link.partition("/login#")[2]
        answers = [httpx.post(server.url + "/api/session", json={"code": code}).status_code for _ in range(2)]
        assert answers == [201, 401]
        headers = {"authorization": f"Bearer {token_of('--data', data)}"}
        assert httpx.get(server.url + "/api/session", headers=headers).status_code == 200
        [token] = json.loads(liandong("token", "list", "--data", data, "--json").stdout)
        assert liandong("token", "revoke", token["id"], "--data", data).returncode == 0
        deadline = 40
        while httpx.get(server.url + "/api/session", headers=headers).status_code == 200:
            deadline -= 1
            assert deadline, "a revoked token still works"
            time.sleep(0.1)


def test_two_servers_on_one_folder_are_one_too_many(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with LiandongServer(tmp_path, "--data", data):
        second = liandong("serve", "--data", data, "--port", "0")
    assert second.returncode == 3
    assert "another process" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["verify", "--data", "nothing-here"], 3, "cannot be opened"),
        (["token", "create", "--data", "x"], 2, "--post"),
        (["token", "create", "--post", "a/b", "--organisation", "gov"], 2, "letters"),
        (["nonsense"], 2, "nonsense"),
        (["serve", "--postgres", "mysql://x"], 3, "postgresql://"),
        (["serve", "--postgres", "postgresql://u:hidden@127.0.0.1:1/x"], 3, "cannot be reached"),
        (["send", "live", "{}", "--url", "http://127.0.0.1:1"], 3, "token"),
        (["backup", "x", "--postgres", "postgresql://h/x"], 1, "pg_dump"),
    ],
)
def test_troubles_are_two_sentences_and_an_exit_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    done = liandong(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_an_unknown_variable_stops_the_start(tmp_path: Path) -> None:
    done = liandong("serve", "--data", tmp_path, LIANDONG_PROT="1")
    assert (done.returncode, "LIANDONG_PROT" in done.stderr) == (3, True)


@pytest.mark.parametrize("command", ["serve", "user", "token", "send", "tail", "verify", "backup", "restore"])
def test_help_teaches_in_both_tongues(command: str) -> None:
    done = liandong(command, "--help")
    assert done.returncode == 0
    assert "liandong " + command in done.stdout
    assert any("一" <= sign <= "鿿" for sign in done.stdout)


def test_the_first_token_of_a_fresh_folder_may_name_the_district(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = liandong(
        "token", "create", "--post", "duty", "--organisation", "xc", "--district", "xc", "--data", data
    )
    assert (made.returncode, made.stderr) == (0, ""), "the post is there at once: nothing has to be noted"
    with LiandongServer(tmp_path, "--data", data, "--district", "xc") as server:
        user = liandong(
            "user", "add", "李雷", "--post", "duty", "--organisation", "xc", "--district", "xc",
            "--no-password", "--data", data,
        )  # fmt: skip
        assert (user.returncode, user.stderr) == (0, "")
        sent = liandong(
            "send", "live", '{"type":"ReportIncident","kind":"flood","place":{"text":"滨江路"}}',
            "--url", server.url, LIANDONG_TOKEN=made.stdout.strip(),
        )  # fmt: skip
        assert sent.returncode == 0, sent.stderr
