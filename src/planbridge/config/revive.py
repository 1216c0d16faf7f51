"""Brings the database back for a process that lives on while its server died."""

import os
import time
from pathlib import Path

from planbridge.config import env
from planbridge.config.embedded_postgres import EmbeddedServer, restart_if_down

OUTSIDE_SECONDS = 1.0


def revive() -> None:
    """Start the embedded server if it is down; an outside server is given a moment to come back by itself."""
    data_directory, url = env.EMBEDDED.read(), env.DATABASE_URL.read()
    if data_directory and url:
        server = restart_if_down(EmbeddedServer(Path(data_directory), url))
        os.environ[env.DATABASE_URL.name] = server.url
    else:
        time.sleep(OUTSIDE_SECONDS)
