"""What the environment says of mail servers and of an OpenID Connect provider, as Django and allauth want it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from planbridge.config import env

PROVIDER = "firm"  # the provider's place in addresses: /accounts/oidc/firm/login/callback/
SMTP_PORT, SMTPS_PORT = 587, 465
ON_THIS_MACHINE = {"localhost", "127.0.0.1"}


@dataclass(frozen=True)
class MailServer:
    """How mail is sent, in Django's terms."""

    backend: str = "django.core.mail.backends.smtp.EmailBackend"
    host: str = ""
    port: int = SMTP_PORT
    user: str = ""
    password: str = ""
    is_tls: bool = False
    is_starttls: bool = False


NO_MAIL = MailServer(backend="django.core.mail.backends.dummy.EmailBackend")


def mail_server(url: str | None) -> MailServer:
    """The server of an smtp:// or smtps:// address; NO_MAIL without one."""
    if url is None:
        return NO_MAIL
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "localhost", parts.scheme == "smtps"
    return MailServer(
        host=host,
        port=parts.port or (SMTPS_PORT if is_tls else SMTP_PORT),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=is_tls,
        is_starttls=not is_tls and host not in ON_THIS_MACHINE,
    )


def oidc_providers() -> dict[str, Any]:
    """The one provider that the environment names, or none, as allauth wants it."""
    url = env.OIDC_URL.read()
    if url is None:
        return {}
    app = {
        "provider_id": PROVIDER,
        "name": env.OIDC_NAME.read(),
        "client_id": env.OIDC_CLIENT_ID.read() or "",
        "secret": env.OIDC_CLIENT_SECRET.read() or "",
        "settings": {"server_url": url},
    }
    # The address that the provider vouches for finds the invited user, each time anew: nothing of the provider's is kept,
    # so that another provider, or another person under the same number there, never becomes somebody else here.
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True, "EMAIL_AUTHENTICATION": True}}


def origin_of(url: str | None) -> str | None:
    """Scheme, host and port of an address."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
