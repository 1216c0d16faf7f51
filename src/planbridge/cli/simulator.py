"""`planbridge simulator`: starts the recordkeeper simulator, and tells a running one what to do."""

import json
import os
import secrets
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import typer

from planbridge.simulator.mail_sink import MailSink
from planbridge.simulator.recordkeeper import Size, open_recordkeeper
from planbridge.simulator.server import LOOPBACK, claim_port, end_process, make_application, serve

app = typer.Typer(invoke_without_command=True)
_EXIT_WRONG_USAGE, _EXIT_REFUSED, _EXIT_BROKEN = 2, 4, 5
_TELL_SECONDS_MAX = 300


@app.callback()
def start(  # noqa: PLR0913 - one parameter an option of the command line
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 8900,
    plans: Annotated[int, typer.Option(min=1, help="How many plans to make.")] = 3,
    people: Annotated[int, typer.Option(min=1, help="People per plan on average.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same plans and people.")] = 1,
    store: Annotated[Path | None, typer.Option(help="SQLite file to keep; by default a passing one.")] = None,
    token: Annotated[str | None, typer.Option(help="Bearer key; by default a new one.")] = None,
    today: Annotated[str | None, typer.Option(help="YYYY-MM-DD; data are as of the business day before.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
) -> None:
    """The recordkeeper simulator: API, files, faults on demand; serves until Ctrl-C. Example: planbridge simulator --plans 10 --people 50 --port 8900."""
    if context.invoked_subcommand is not None:
        return
    try:
        day = date.fromisoformat(today) if today else date.today()  # noqa: DTZ011 - the user's own day
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--today") from error
    key = token or os.environ.get("PLANBRIDGE_SIMULATOR_TOKEN") or secrets.token_urlsafe(18)
    try:
        chosen = claim_port(port)
    except OSError as error:
        typer.echo(f"simulator: port {port} is taken ({error.strerror}); choose another --port", err=True)
        raise typer.Exit(_EXIT_BROKEN) from error
    with tempfile.TemporaryDirectory(prefix="planbridge-simulator-") as passing:
        keeper = open_recordkeeper(store or Path(passing) / "recordkeeper.sqlite", Size(plans, people, seed), today=day)
        url = f"http://{LOOPBACK}:{chosen}"

        sink = MailSink()

        def announce(mail_port: int) -> None:
            mail = f"smtp://{LOOPBACK}:{mail_port}"
            if as_json:
                typer.echo(json.dumps({"url": url, "token": key, "pid": os.getpid(), "mail": mail}))
            elif not quiet:
                typer.echo(f"Recordkeeper simulator at {url}\nBearer key: {key}")
                typer.echo(f"Mails to {mail} are kept at {url}/mails\nCtrl-C stops it.")

        serve(make_application(keeper, key, sink), chosen, sink, announce)
    end_process()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def tell(context: typer.Context, url: str, action: str) -> None:
    """Give a running simulator an order. Example: planbridge simulator tell http://127.0.0.1:8900 hire --count 3.

    `faults --fault slow --seconds 2` switches a fault on, `clear-faults` switches all off, `state` shows what there is.
    """
    order = _read_order(context.args)
    method, path = {"state": ("GET", "state"), "clear-faults": ("DELETE", "faults")}.get(action, ("POST", action))
    if not url.startswith(("http://127.0.0.1:", "http://localhost:")):
        raise typer.BadParameter("the simulator is on this machine: http://127.0.0.1:PORT", param_hint="URL")
    body = json.dumps(order).encode() if method == "POST" else None
    request = Request(f"{url.rstrip('/')}/admin/{path}", data=body, method=method)  # noqa: S310 - checked above
    try:
        with urlopen(request, timeout=_TELL_SECONDS_MAX) as answer:  # noqa: S310 - checked above
            typer.echo(answer.read().decode())
    except HTTPError as error:
        typer.echo(f"simulator: {error.read().decode()}", err=True)
        raise typer.Exit(_EXIT_REFUSED) from error
    except URLError as error:
        typer.echo(f"simulator: nobody answers at {url}: {error.reason}", err=True)
        raise typer.Exit(_EXIT_BROKEN) from error


def _read_order(arguments: list[str]) -> dict[str, object]:
    """Return `--key value` pairs as an order; a value that is a JSON number, word or list is read as such."""
    if len(arguments) % 2 or not all(name.startswith("--") for name in arguments[::2]):
        raise typer.BadParameter("after the action come --key value pairs")
    order: dict[str, object] = {}
    for name, text in zip(arguments[::2], arguments[1::2], strict=True):
        key = name.removeprefix("--").replace("-", "_")
        order[key] = _read_value(key, text)
    return order


def _read_value(key: str, text: str) -> object:
    if key in {"kinds", "participant_ids", "plans"} and not text.startswith("["):
        return text.split(",")
    # An id of digits is text all the same.
    if key in {"count", "times", "days", "years", "seconds", "moves_money", "as_date", "changed"} or text.startswith(
        ("[", "{")
    ):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise typer.BadParameter(f"{key}: {text} is not JSON") from error
    return text


if __name__ == "__main__":
    app()
