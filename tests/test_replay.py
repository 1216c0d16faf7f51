"""The recorded deliveries of five days, replayed through the command line against the outcomes expected of them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
# Both stand beside the project where it is developed and where its continuous integration runs, and nowhere else.
REPLAY = PROJECT.parent / "shared" / "tools" / "replay.py"
EXTRACT = PROJECT.parent / "shared" / "samples" / "extract"
SET_BY_THE_TESTS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PLANBRIDGE_EMBEDDED", "PLANBRIDGE_HOME")
SECONDS_MAX = 540


@pytest.mark.timeout(SECONDS_MAX + 60)
def test_every_recorded_delivery_ends_as_expected(tmp_path: Path) -> None:
    """PT-5: five days of recorded deliveries end plan by plan with the counts and problems expected of them."""
    if not (REPLAY.is_file() and EXTRACT.is_dir()):
        assert os.environ.get("CI") != "true", f"{REPLAY} and {EXTRACT} have to be there in continuous integration."
        pytest.skip("the recorded deliveries are not beside this copy of the project")
    command = shlex.join([sys.executable, "-m", "planbridge.config.entry"])
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TESTS}

    replay = subprocess.run(
        [sys.executable, str(REPLAY), str(EXTRACT), "--cmd", command, "--home", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )

    assert replay.returncode == 0, replay.stdout + replay.stderr
    assert replay.stdout.strip().endswith(" passed, 0 failed")
