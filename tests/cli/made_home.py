"""A home whose database has its tables already: made once for all test processes, and copied for each installation."""

import fcntl
import os
import subprocess
from pathlib import Path

from tests.cli.processes import call


def put_made_home(home: Path) -> None:
    """Put the database of a new installation into a home, unless it has one; its server does not run yet."""
    if (home / "postgres").exists():
        return
    source = Path(os.environ["PLANBRIDGE_TEST_FOLDER"]) / "made" / "home"
    source.parent.mkdir(exist_ok=True)
    home.mkdir(exist_ok=True)
    with (source.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (source.parent / "complete").exists():
            source.mkdir(exist_ok=True)
            answer = call(source, "migrate")
            assert answer.returncode == 0, answer
            (source.parent / "complete").touch()
    # With its owner, who is not the one who runs the tests where that is root.
    subprocess.run(["cp", "--archive", "--reflink=auto", source / "postgres", home / "postgres"], check=True)
