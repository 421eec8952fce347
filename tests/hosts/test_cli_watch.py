"""``watch``: one event a line, and the place kept for the next time."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from cli_world import Running, config_file, run, started

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

ADELE = "adele@contoso.example"
ARGUMENTS = ("watch", "message.received")


def connection(sandbox: Sandbox, directory: Path) -> str:
    """One whose store outlives the process."""
    return config_file(directory, sandbox.config(tokenStore=f"sqlite:///{directory}/store.sqlite3"))


def arrive(sandbox: Sandbox, *subjects: str) -> None:
    for subject in subjects:
        sandbox.deliver(ADELE, {"subject": subject})


def begun(state: Path, config: str) -> None:
    """Lets the state file come about, so that what arrives from now on is new."""
    with started(*ARGUMENTS, "--state", str(state), "--config", config) as watch:
        watch.said("Ctrl-C ends")
        _wait_for(state.exists)
        watch.process.send_signal(signal.SIGINT)
        assert watch.result().code == 0


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lines(watch: Running, count: int) -> set[str]:
    """The subjects of the next lines; those of one second have no order."""
    found = {json.loads(watch.process.stdout.readline())["message"]["subject"] for _ in range(count)}
    watch.process.send_signal(signal.SIGINT)
    result = watch.result()
    assert (result.code, result.out) == (0, "")
    assert "Stopped" in result.err
    return found


def test_each_event_is_a_line_and_the_next_watch_goes_on_after_the_last(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    config, state = connection(sandbox, tmp_path), tmp_path / "place.json"
    begun(state, config)
    arrive(sandbox, "one", "two")
    arguments = (*ARGUMENTS, "--interval", "0.2", "--state", str(state), "--config", config)
    with started(*arguments) as watch:
        assert lines(watch, 2) == {"one", "two"}
    arrive(sandbox, "three")
    with started(*arguments) as watch:
        assert lines(watch, 1) == {"three"}


def test_what_was_written_is_not_repeated_after_a_kill(sandbox: Sandbox, tmp_path: Path) -> None:
    config, state = connection(sandbox, tmp_path), tmp_path / "place.json"
    begun(state, config)
    before = json.loads(state.read_text())["cursor"]
    arrive(sandbox, "one", "two", "three")
    arguments = (*ARGUMENTS, "--interval", "60", "--state", str(state), "--config", config)
    with started(*arguments) as watch:
        for _ in range(3):
            watch.process.stdout.readline()
        _wait_for(lambda: json.loads(state.read_text())["cursor"] != before)
        watch.process.kill()
    arrive(sandbox, "four")
    with started(*arguments) as watch:
        assert lines(watch, 1) == {"four"}


def test_a_service_that_is_down_is_told_and_waited_for(sandbox: Sandbox, tmp_path: Path) -> None:
    http = {"caBundle": sandbox.ca_file, "attempts": 1}
    config = config_file(tmp_path, sandbox.config(http=http))
    with started(*ARGUMENTS, "--interval", "0.3", "--config", config) as watch:
        watch.said("Ctrl-C ends")
        sandbox.fault(match="GET /me/messages*", status=503, times=2)
        watch.said(r"503.*\n?.*Again in 0.3 s")
        watch.process.send_signal(signal.SIGINT)
        assert watch.result().code == 0


def test_wrong_words_are_refused(sandbox: Sandbox, tmp_path: Path, config: str) -> None:
    assert run("watch", "message.recieved", "--config", config).code == 2
    assert run("watch", "message.received", '{"colour": "red"}', "--config", config).code == 2
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"trigger": "message.sent", "cursor": "x", "told": []}))
    refused = run("watch", "message.received", "--state", str(other), "--config", config)
    assert refused.code == 2
    assert re.search("belongs to message.sent", refused.err)


def test_lines_that_were_written_before_a_kill_are_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    config, state = connection(sandbox, tmp_path), tmp_path / "place.json"
    begun(state, config)
    arrive(sandbox, "one", "two")
    kept = json.loads(state.read_text())
    with connect(config) as connector:
        told = connector.poll("message.received", {"cursor": kept["cursor"]})["value"]
    state.write_text(json.dumps({**kept, "told": [told[0]["id"]]}))
    with started(*ARGUMENTS, "--interval", "0.2", "--state", str(state), "--config", config) as watch:
        assert lines(watch, 1) == {told[1]["message"]["subject"]}


def test_the_iterator_of_a_connector_gives_the_same(sandbox: Sandbox) -> None:
    with connect(sandbox.config()) as connector:
        _takes_over_when_the_next_is_asked_for(connector, sandbox)


def _takes_over_when_the_next_is_asked_for(connector: Connector, sandbox: Sandbox) -> None:
    cursors = [connector.poll("message.received")["cursor"]]
    arrive(sandbox, "one", "two")
    events = connector.watch(
        "message.received", {"cursor": cursors[0]}, interval=0.05, on_cursor=cursors.append
    )
    assert {next(events)["message"]["subject"] for _ in range(2)} == {"one", "two"}
    assert len(cursors) == 1, "the second was not taken over"
    arrive(sandbox, "three")
    assert next(events)["message"]["subject"] == "three"
    assert len(cursors) == 2


def test_sigterm_ends_it_as_ctrl_c_does(sandbox: Sandbox, tmp_path: Path) -> None:
    with started(*ARGUMENTS, "--config", connection(sandbox, tmp_path)) as watch:
        watch.said("Ctrl-C ends")
        watch.process.send_signal(signal.SIGTERM)
        result = watch.result()
    assert result.code == 0
    assert "Stopped" in result.err


def test_what_is_refused_is_not_said_to_be_watched(sandbox: Sandbox, tmp_path: Path) -> None:
    result = run(*ARGUMENTS, '{"folder": 3}', "--config", connection(sandbox, tmp_path))
    assert result.code == 2
    assert "Watching" not in result.err
