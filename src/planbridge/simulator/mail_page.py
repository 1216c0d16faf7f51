"""The simulator's page of mails: which came, what each says, and the files that came with it."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from planbridge.simulator.admin_face import is_local
from planbridge.simulator.answers import json_answer
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.mail_sink import Mail, MailSink
from planbridge.simulator.page import STYLE

_FOR_THIS_MACHINE = "This page is for this machine only."


def mail_routes(sink: MailSink) -> list[Route]:
    """Return the routes of the mails: a page of all, a page of one, its files, and all as JSON."""

    async def show_all(request: Request) -> Response:
        return HTMLResponse(_list_page(sink.listed())) if is_local(request) else _refusal()

    async def show_one(request: Request) -> Response:
        mail = sink.find(request.path_params["number"])
        if not is_local(request):
            return _refusal()
        return HTMLResponse(_mail_page(mail)) if mail else Response("There is no such mail.", 404)

    async def give_file(request: Request) -> Response:
        mail, place = sink.find(request.path_params["number"]), request.path_params["place"]
        if not is_local(request):
            return _refusal()
        if mail is None or place >= len(mail.attached):
            return Response("There is no such file.", 404)
        attached = mail.attached[place]
        name = "".join(character for character in attached.name if character.isalnum() or character in "-._")
        return Response(
            attached.content,
            media_type=attached.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
        )

    async def give_all(request: Request) -> Response:
        return json_answer({"mails": [_as_json(mail) for mail in sink.listed()]}) if is_local(request) else _refusal()

    return [
        Route("/mails", show_all, methods=["GET"]),
        Route("/mails/{number:int}", show_one, methods=["GET"]),
        Route("/mails/{number:int}/files/{place:int}", give_file, methods=["GET"]),
        Route("/admin/mails", give_all, methods=["GET"]),
    ]


def _refusal() -> Response:
    return Response(_FOR_THIS_MACHINE, 403)


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "number": mail.number,
        "arrived_at": text_of_time(mail.arrived_at),
        "from": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "files": [attached.name for attached in mail.attached],
    }


def _list_page(mails: list[Mail]) -> str:
    rows = "".join(
        f"<tr><td>{escape(text_of_time(mail.arrived_at))}</td><td>{escape(mail.to)}</td>"
        f'<td><a href="/mails/{mail.number}">{escape(mail.subject) or "(no subject)"}</a></td>'
        f"<td>{len(mail.attached)}</td></tr>"
        for mail in mails
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Arrived", "To", "Subject", "Files"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _page("Mails", table if mails else "<p>No mail came yet. What Planbridge sends is kept here.</p>")


def _mail_page(mail: Mail) -> str:
    files = "".join(
        f'<li><a href="/mails/{mail.number}/files/{place}">{escape(attached.name)}</a></li>'
        for place, attached in enumerate(mail.attached)
    )
    facts = f"<p>From {escape(mail.sender)} to {escape(mail.to)}, {escape(text_of_time(mail.arrived_at))}</p>"
    text = f'<pre style="white-space:pre-wrap">{escape(mail.text)}</pre>'
    return _page(mail.subject or "(no subject)", facts + text + (f"<ul>{files}</ul>" if files else ""))


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style></head><body><main>'
        f'<p><a href="/">Recordkeeper simulator</a> / <a href="/mails">Mails</a></p>'
        f"<h1>{escape(title)}</h1>{content}</main></body></html>"
    )
