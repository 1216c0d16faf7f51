"""What a mail server's refusal means: which problem it is, and whether another try can help."""

import smtplib
from dataclasses import dataclass

from planbridge.activity.problem import Problem, shown_value

PERMANENT = 500  # replies from here on are final, those below ask for another try (RFC 5321, 4.2.1)


@dataclass(frozen=True)
class MailFailure:
    """Why a mail was not sent, and whether trying again is worth it."""

    problem: Problem
    is_final: bool


NOT_CONFIGURED = MailFailure(Problem("MAIL_NOT_CONFIGURED"), is_final=True)
ATTACHMENT_UNREADABLE = MailFailure(Problem("MAIL_ATTACHMENT_UNREADABLE"), is_final=True)


def address_invalid(address: str) -> MailFailure:
    """An address to which nothing can be sent."""
    return MailFailure(Problem("MAIL_ADDRESS_INVALID", value=address), is_final=True)


def failure_of(error: smtplib.SMTPException | OSError) -> MailFailure:
    """What an exception of smtplib or of the network means."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return replied("MAIL_SIGN_IN_REFUSED", error.smtp_code, error.smtp_error)
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return replied("MAIL_REFUSED", code, text)
        case smtplib.SMTPConnectError():
            return MailFailure(Problem("MAIL_SERVER_UNREACHABLE", detail=said(error.smtp_error)), is_final=False)
        case smtplib.SMTPResponseException():
            return replied("MAIL_REFUSED", error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return MailFailure(Problem("MAIL_REFUSED", detail=said(str(error))), is_final=True)
        case _:
            reason = str(error) or type(error).__name__
            return MailFailure(Problem("MAIL_SERVER_UNREACHABLE", detail=said(reason)), is_final=False)


def replied(code: str, reply_code: int, reply: bytes | str) -> MailFailure:
    """A refusal by the server: final, or for now."""
    text = f"{reply_code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
    is_final = reply_code >= PERMANENT
    return MailFailure(Problem(code if is_final else "MAIL_DEFERRED", detail=said(text)), is_final=is_final)


def said(text: bytes | str) -> str:
    """What the server said, as it may be shown."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"The mail server said: {shown_value(' '.join(words.split()))}"
