"""`planbridge connection`: add, list, test and remove recordkeepers."""

import os
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from planbridge.cli.finding import find_connection
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.reaching import reach
from planbridge.cli.tables import plain_table
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import (
    ConnectionRefused,
    NewConnection,
    add_connection,
    parse_quiet_hours,
    remove_connection,
)
from planbridge.security.firm import only_firm

app = typer.Typer(no_args_is_help=True, help="Recordkeepers: how they are reached.")
ACTOR = "cli"


def secret_from(variable: str | None) -> str | None:
    """A secret from the environment variable that an option names: secrets never stand in a process list."""
    if variable is None:
        return None
    secret = os.environ.get(variable)
    if not secret:
        message = f"The environment variable {variable} is empty; put the secret there and run the command again."
        raise CommandFailed(Exit.WRONG_USAGE, message)
    return secret


def whole_path(path: str | None) -> str | None:
    """A folder with its whole path; an address of a far one as it is."""
    return path if path is None or "://" in path else str(Path(path).expanduser().resolve())


@app.command("add")
def add(  # noqa: PLR0913 - one parameter an option of the command line
    name: Annotated[str, typer.Argument(help="What you call the recordkeeper.")],
    *,
    kind: Annotated[ConnectionKind, typer.Option(help="How it is reached.")],
    url: Annotated[str | None, typer.Option(help="rest, sql: address of the API, or of the database.")] = None,
    token_env: Annotated[str | None, typer.Option(help="rest: environment variable that holds the token.")] = None,
    token_url: Annotated[str | None, typer.Option(help="rest: OAuth 2 token address, with --client-id.")] = None,
    client_id: Annotated[str | None, typer.Option(help="rest: OAuth 2 client id.")] = None,
    client_secret_env: Annotated[str | None, typer.Option(help="rest: variable with the client secret.")] = None,
    path: Annotated[str | None, typer.Option(help="files: a folder, sftp://host/path or s3://bucket/prefix.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="files, sql: the profile; canonical or relius if not given.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="SFTP: the user.")] = None,
    host_key: Annotated[str | None, typer.Option(help="SFTP: the server's host key.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="S3: the endpoint, where it is not Amazon's.")] = None,
    password_env: Annotated[str | None, typer.Option(help="SFTP, sql: variable with the password.")] = None,
    private_key_env: Annotated[str | None, typer.Option(help="SFTP: variable with the private key.")] = None,
    access_key_env: Annotated[str | None, typer.Option(help="S3: variable with the access key.")] = None,
    secret_key_env: Annotated[str | None, typer.Option(help="S3: variable with the secret key.")] = None,
    requests_per_minute: Annotated[int | None, typer.Option(min=1, help="At most so many requests a minute.")] = None,
    concurrent_requests: Annotated[int, typer.Option(min=1, max=64, help="At most so many at once.")] = 4,
    quiet_hours: Annotated[str | None, typer.Option(help="HH:MM-HH:MM in the firm's time zone.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add a connection. Example: planbridge connection add Relius --kind rest --url https://rk.example.test --token-env RK_TOKEN."""
    settings: dict[str, Any] = {}
    credentials: dict[str, str] = {}
    if kind is ConnectionKind.REST:
        settings = {"url": url} | ({"token_url": token_url} if token_url else {})
        secret = secret_from(token_env)
        credentials = {"token": secret} if secret else {}
        client_secret = secret_from(client_secret_env)
        if client_id and client_secret:
            credentials = {"client_id": client_id, "client_secret": client_secret}
    else:
        variables = {
            "password": password_env,
            "private_key": private_key_env,
            "access_key": access_key_env,
            "secret_key": secret_key_env,
        }
        credentials = {name: secret for name, variable in variables.items() if (secret := secret_from(variable))}
        far = {"user": user, "host_key": host_key, "endpoint": endpoint}
        settings = {name: value for name, value in far.items() if value}
        if kind is ConnectionKind.SQL:
            settings |= {"url": url, "profile": profile or "relius"}
        else:
            settings |= {"path": whole_path(path), "profile": profile or "canonical"}
    try:
        new = NewConnection(
            name, kind, settings, credentials, requests_per_minute, concurrent_requests, parse_quiet_hours(quiet_hours)
        )
        connection = add_connection(only_firm(), new, actor=ACTOR)
    except ConnectionRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    Output(as_json, quiet).answer(
        shown(connection),
        lambda console: console.print(f"Connection {name} added. Next: planbridge connection test {shlex.quote(name)}"),
    )


def shown(connection: Connection) -> dict[str, Any]:
    """A connection as JSON, without its secrets."""
    return {
        "name": connection.name,
        "kind": connection.kind,
        "settings": connection.settings,
        "has_credentials": connection.credentials_sealed is not None,
        "requests_per_minute": connection.requests_per_minute,
        "concurrent_requests": connection.concurrent_requests_max,
        "quiet_from": connection.quiet_from,
        "quiet_until": connection.quiet_until,
    }


@app.command("list")
def list_all(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List connections. Example: planbridge connection list."""
    found = [shown(one) for one in Connection.objects.order_by("name")]

    def words(console: Console) -> None:
        if not found:
            console.print("No connection yet. Add one: planbridge connection add --help")
            return
        table = plain_table("Name", "Kind", "Where", "Credentials")
        for one in found:
            where = one["settings"].get("url") or one["settings"].get("path")
            table.add_row(one["name"], one["kind"], str(where), "sealed" if one["has_credentials"] else "none")
        console.print(table)

    Output(as_json, quiet).answer(found, words)


@app.command("test")
def test(name: str, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Test a connection step by step. Example: planbridge connection test Relius."""
    with reach(find_connection(name)) as connector:
        checks = list(connector.test())

    def words(console: Console) -> None:
        for one in checks:
            console.print(f"{'✓' if one.passed else '✗'} {one.step}: {one.said}")

    value = [{"step": one.step, "passed": one.passed, "said": one.said} for one in checks]
    Output(as_json, quiet).answer(value, words)
    if not all(one.passed for one in checks):
        raise typer.Exit(Exit.MACHINE_BROKEN)


@app.command("remove")
def remove(name: str, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Remove a connection that has no plans. Example: planbridge connection remove Relius."""
    connection = find_connection(name)
    try:
        remove_connection(connection, actor=ACTOR)
    except ConnectionRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    Output(as_json, quiet).answer({"removed": name}, lambda console: console.print(f"Connection {name} removed."))
