"""The embedded server through real processes: who starts it, who stops it, and what it survives."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.config.embedded_postgres_ground import (
    IS_ROOT,
    PLAIN_USER,
    SCRIPT,
    Ground,
    backend,
    make_ground,
    wait_until,
)

NEEDS_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root can become two users")
IN_ANOTHER_CONTAINER = ("unshare", "--pid", "--fork", "--mount-proc")

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def ground() -> Iterator[Ground]:
    """Give a home of a plain user."""
    made = make_ground(PLAIN_USER)
    yield made
    made.end()


@pytest.fixture(params=["-", "nobody"] if IS_ROOT else ["-"], ids=["root", "plain"] if IS_ROOT else ["plain"])
def any_ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """Give a home of root (whose server runs as a system user), then one of a plain user."""
    made = make_ground(request.param)
    yield made
    made.end()


def test_starts_private_and_tuned_and_leaves_nothing(any_ground: Ground) -> None:
    """A first attach gives a tuned server on one private socket without a TCP listener; the release ends it all."""
    user = any_ground.user()
    url = user.ask("attach")
    assert url == f"postgresql://planbridge@/planbridge?host={any_ground.data_directory}&port=5432"
    settings = user.ask("sql", "SELECT name, current_setting(name) FROM pg_settings")
    assert {
        "listen_addresses": "",
        "fsync": "on",
        "jit": "off",
        "work_mem": "64MB",
        "max_wal_size": "4GB",
        "TimeZone": "UTC",
        "log_error_verbosity": "terse",
    }.items() <= dict(settings).items()
    assert user.ask("sql", "SELECT current_database(), current_user, lower('ÄÖ')") == [
        ["planbridge", "planbridge", "äö"]
    ]
    assert any_ground.data_directory.stat().st_mode & 0o777 == 0o700
    postmaster = any_ground.postmaster
    assert [c for c in postmaster.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN] == []
    assert postmaster.ppid() != user.process.pid
    assert os.getsid(postmaster.pid) != os.getsid(user.process.pid)
    assert user.ask("release") == "released"
    assert not any_ground.is_running()
    assert not psutil.pid_exists(postmaster.pid) or postmaster.status() == psutil.STATUS_ZOMBIE


def test_the_last_to_leave_stops_it(any_ground: Ground) -> None:
    """The first leaving does not stop it under the second; the second does; each release counts once."""
    first, second = any_ground.attached(), any_ground.attached()
    first.ask("attach")
    postmaster = any_ground.postmaster.pid
    first.ask("release")
    second.ask("release")
    assert first.ask("sql", "SELECT 1") == [[1]]
    third = any_ground.attached()
    first.ask("release")
    first.ask("release")
    assert third.ask("sql", "SELECT 1") == [[1]]
    assert any_ground.postmaster.pid == postmaster
    third.ask("release")
    assert not any_ground.is_running()


def test_a_killed_user_leaves_no_ghost(ground: Ground) -> None:
    """Of three users the starter dies with its terminal: the server stays for the others and ends with the last."""
    starter, second, third = ground.attached(), ground.attached(), ground.attached()
    postmaster = ground.postmaster.pid
    os.killpg(starter.process.pid, signal.SIGINT)
    os.killpg(starter.process.pid, signal.SIGHUP)
    os.killpg(starter.process.pid, signal.SIGKILL)
    starter.process.wait()
    second.ask("release")
    assert third.ask("sql", "SELECT 1") == [[1]]
    assert ground.postmaster.pid == postmaster
    third.ask("release")
    assert not ground.is_running()


def test_a_recycled_pid_is_no_user(ground: Ground) -> None:
    """A living process with a dead user's pid, but another start, does not keep the server up."""
    user = ground.attached()
    usage = json.loads(ground.file(".users.json").read_bytes())
    usage["users"] |= {"1@1": 1, f"{os.getpid()}@12345": 1, "rubbish": 3}
    ground.file(".users.json").write_text(json.dumps(usage), encoding="utf-8")
    user.ask("release")
    assert not ground.is_running()


def test_a_killed_server_comes_back_once_with_its_data(any_ground: Ground) -> None:
    """After kill -9 of the postmaster, all users ask at once, one starts it again, and committed data is there."""
    users = [any_ground.attached() for _ in range(3)]
    url = users[0].ask("restart")
    users[0].ask("sql", "CREATE TABLE plan AS SELECT generate_series(1, 1000) AS number")
    killed = any_ground.postmaster.pid
    any_ground.postmaster.kill()
    for user in users:
        user.send("restart")
    assert [user.answer() for user in users] == [url] * 3
    assert any_ground.postmaster.pid != killed
    assert [user.ask("sql", "SELECT count(*) FROM plan") for user in users] == [[[1000]]] * 3
    users[0].ask("release")
    users[1].ask("release")
    assert users[2].ask("sql", "SELECT 1") == [[1]]


def test_orphans_of_a_killed_server_are_outlived(ground: Ground) -> None:
    """Attaching waits for a stopped orphan and ends a busy one, before the data directory is opened again."""
    stopped, busy, late = ground.attached(), ground.attached(), ground.user()
    stopped.send("sql", "SELECT pg_sleep(600)")
    busy.send("sql", "DO $$ BEGIN LOOP END LOOP; END $$")
    wait_until(lambda: backend(ground, "SELECT") and backend(ground, "DO"))
    frozen, looping = backend(ground, "SELECT")[0], backend(ground, "DO")[0]
    frozen.suspend()
    ground.postmaster.kill()
    late.send("attach")
    wait_until(lambda: not looping.is_running() or looping.status() == psutil.STATUS_ZOMBIE)
    assert frozen.is_running()
    assert ground.is_running()
    frozen.resume()
    assert late.answer().startswith("postgresql://")
    assert late.ask("sql", "SELECT 1") == [[1]]


def test_a_stale_postmaster_file_is_overcome(ground: Ground) -> None:
    """After a restart of the machine, another process of the same user may have the pid in postmaster.pid."""
    user = ground.attached()
    ground.postmaster.kill()
    wait_until(lambda: not ground.is_running())
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        path = ground.data_directory / name
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join([str(user.process.pid), *lines[1:]]), encoding="utf-8")
    assert ground.attached().ask("sql", "SELECT 1") == [[1]]


def test_another_major_version_is_refused(ground: Ground) -> None:
    """A data directory of PostgreSQL 17 is refused with both versions and the command that helps."""
    ground.attached().ask("release")
    (ground.data_directory / "PG_VERSION").write_text("17\n", encoding="utf-8")
    refusal = ground.user().ask("attach")
    assert refusal["error"] == "EmbeddedPostgresError"
    assert "PostgreSQL 17" in refusal["message"]
    assert "PostgreSQL 18" in refusal["message"]
    assert "planbridge restore" in refusal["message"]
    assert "\n" not in refusal["message"]


def test_a_killed_creation_is_redone(ground: Ground) -> None:
    """A kill -9 within initdb leaves no half data directory: the next process waits for its end and redoes it."""
    first = ground.user()
    first.send("attach")
    wait_until((ground.file(".unfinished") / "global").exists)
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    assert not ground.data_directory.exists()
    assert ground.attached().ask("sql", "SELECT 1") == [[1]]
    assert not ground.file(".unfinished").exists()


def test_a_foreign_directory_is_left_alone(ground: Ground) -> None:
    """A directory with anything else in it is refused, and its content stays."""
    ground.data_directory.mkdir()
    if IS_ROOT:
        shutil.chown(ground.data_directory, PLAIN_USER)
    letter = ground.data_directory / "letter.txt"
    letter.write_text("mine", encoding="utf-8")
    assert "neither empty nor a complete" in ground.user().ask("attach")["message"]
    assert [path.name for path in ground.data_directory.iterdir()] == ["letter.txt"]


def test_a_simultaneous_start_gives_one_server(any_ground: Ground) -> None:
    """Three processes that attach at once to an empty home share one server."""
    users = [any_ground.user() for _ in range(3)]
    for user in users:
        user.send("attach")
    assert len({user.answer() for user in users}) == 1
    starts = {user.ask("sql", "SELECT pg_postmaster_start_time()::text, pg_backend_pid() > 0")[0][0] for user in users}
    assert len(starts) == 1


def test_a_hostile_path_is_only_a_path(any_ground: Ground) -> None:
    """A long data directory with quotes, commas and shell text has a short private socket that stays the same."""
    any_ground.name = 'it\'s, "my" $(touch stolen) `touch stolen`; ü %20 \\' + "x" * 120
    user = any_ground.user()
    url = user.ask("attach")
    assert user.ask("sql", "SELECT 1") == [[1]]
    sockets = Path(url.partition("host=")[2].partition("&")[0])
    assert len(str(sockets / ".s.PGSQL.5432")) <= 103
    assert sockets.stat().st_mode & 0o777 == 0o700
    any_ground.postmaster.kill()
    assert user.ask("restart") == url
    user.ask("release")
    shutil.rmtree(sockets)
    assert user.ask("attach") == url
    assert not list(any_ground.home.glob("**/stolen"))


def test_a_copied_home_has_its_own_socket_and_users(ground: Ground) -> None:
    """A copy of a home whose server runs takes neither the original's socket nor its users for its own."""
    ground.name = "p" * 120
    url = ground.attached().ask("restart")
    copy = make_ground(PLAIN_USER)
    try:
        copy.name = ground.name
        shutil.copy(ground.file(".users.json"), copy.file(".users.json"))
        shutil.chown(copy.file(".users.json"), ground.home.owner())
        user = copy.attached()
        assert user.ask("restart") != url
        user.ask("release")
        assert not copy.is_running()
        assert ground.users[0].ask("sql", "SELECT 1") == [[1]]
    finally:
        copy.end()


@NEEDS_ROOT
def test_another_owner_is_refused(ground: Ground) -> None:
    """Another user's data directory is refused by name, for root and for a plain user."""
    ground.attached().ask("release")
    assert "belongs to user nobody; run planbridge as nobody" in ground.user(account="-").ask("attach")["message"]
    assert "run as the user who owns" in ground.user(account="daemon").ask("attach")["message"]


@NEEDS_ROOT
def test_another_container_is_refused() -> None:
    """A server that runs in another container on the same files is not touched, and named."""
    if subprocess.run([*IN_ANOTHER_CONTAINER, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root may not make containers here")
    ground = make_ground("-")
    try:
        inside = ground.attached()
        refusal = ground.user(wrapper=IN_ANOTHER_CONTAINER).ask("attach")
        assert "in another container" in refusal["message"]
        assert inside.ask("sql", "SELECT 1") == [[1]]
    finally:
        ground.end()


@NEEDS_ROOT
def test_root_is_told_what_is_opened() -> None:
    """Root is told once that a plain user is better, and which closed directories were opened for passing only."""
    ground = make_ground("-")
    try:
        ground.home.chmod(0o700)
        answers = [
            subprocess.run(
                [sys.executable, str(SCRIPT), "-"],
                input="".join(json.dumps([word, str(ground.data_directory)]) + "\n" for word in ("attach", "release")),
                capture_output=True,
                text=True,
                check=True,
            )
            for _ in range(2)
        ]
        assert "better run as a plain user" in answers[0].stderr
        assert str(ground.home) in answers[0].stderr
        assert answers[1].stderr == ""
        assert ground.home.stat().st_mode & 0o777 == 0o701
    finally:
        ground.end()


def test_a_server_that_cannot_start_says_why(ground: Ground) -> None:
    """A broken postgresql.conf ends in one line that names the log and what PostgreSQL said."""
    ground.attached().ask("release")
    with (ground.data_directory / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("max_connections = many\n")
    refusal = ground.user().ask("attach")["message"]
    assert "does not start" in refusal
    assert "FATAL" in refusal
    assert str(ground.home / "postgres.log") in refusal


def test_a_server_started_by_hand_is_refused(ground: Ground) -> None:
    """A server that an administrator started on the same data is neither hijacked nor stopped."""
    user = ground.attached()
    program = ground.postmaster.exe()
    user.ask("release")
    by_hand = subprocess.Popen(
        [program, "-D", str(ground.data_directory), "-c", "listen_addresses=", "-k", str(ground.data_directory)],
        user=ground.owner,
        cwd="/",
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until((ground.data_directory / ".s.PGSQL.5432").exists)
        assert f"kill -INT {by_hand.pid}" in user.ask("attach")["message"]
        assert by_hand.poll() is None
    finally:
        by_hand.kill()
        by_hand.wait()
