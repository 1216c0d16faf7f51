"""A process that uses an embedded server: it obeys one word a line on stdin and answers each with a line of JSON."""

import json
import os
import pwd
import sys
from pathlib import Path

import psycopg

from planbridge.config.embedded_postgres import EmbeddedPostgresError, EmbeddedServer, attach, release, restart_if_down


def drop_to(user_name: str) -> None:
    """Become a plain user, as a process started by it would be; the interpreter may lie where only root can read."""
    account = pwd.getpwnam(user_name)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def obey(word: str, argument: str, server: EmbeddedServer | None) -> tuple[EmbeddedServer | None, object]:
    """Do one word ("attach", "release", "restart" or "sql") and return the server and the answer."""
    if word == "attach":
        server = attach(Path(argument), wait_seconds=60)
        return server, server.url
    if server is None:
        return None, "attach first"
    if word == "restart":
        server = restart_if_down(server, wait_seconds=60)
        return server, server.url
    if word == "release":
        release(server)
        return server, "released"
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(argument.encode())
        return server, cursor.fetchall() if cursor.description else None


def main() -> None:
    """Answer until stdin ends; arguments: the user to become, or "-"."""
    if sys.argv[1] != "-":
        drop_to(sys.argv[1])
    server: EmbeddedServer | None = None
    for line in sys.stdin:
        word, argument = json.loads(line)
        try:
            server, answer = obey(word, argument, server)
        except (EmbeddedPostgresError, psycopg.Error) as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
