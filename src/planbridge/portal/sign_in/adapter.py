"""How allauth is used here: nobody signs up; who was invited signs in, and each change of that is activity."""

import base64
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from planbridge.security.sealing import seal, unseal
from planbridge.security.user import User
from planbridge.users.sign_in_change import record_sign_in_change

log = structlog.get_logger()

# What allauth tells a user of by mail, by the template of that mail.
CHANGES = {
    "account/email/password_changed": "Password changed",
    "account/email/password_set": "Password set",
    "account/email/password_reset": "Password set anew by a mailed link",
    "mfa/email/totp_activated": "Authenticator app added",
    "mfa/email/totp_deactivated": "Authenticator app removed",
    "mfa/email/recovery_codes_generated": "Recovery codes made",
    "mfa/email/webauthn_added": "Passkey added",
    "mfa/email/webauthn_removed": "Passkey removed",
}
SECRET_PLACE = "mfa.secret"  # noqa: S105 - a place, not a secret; allauth does not say whose row it is


class InvitedOnly(DefaultAccountAdapter):
    """Passwords, authenticator apps and passkeys."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never: users are invited."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # noqa: ANN401 - allauth's signature
        """Record who comes for the first time without a link of ours: let in by the provider."""
        if not user.has_joined:
            record_sign_in_change(user, "Single sign-on used for the first time")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Record the change, and tell the user where mail is configured; it is made, whether the mail leaves or not."""
        if template_prefix in CHANGES:
            record_sign_in_change(user, CHANGES[template_prefix])
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except OSError as error:
            log.warning("change of sign-in not mailed", kind=type(error).__name__)


class InvitedOnlyByProvider(DefaultSocialAccountAdapter):
    """OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's signature
        """Never: the provider lets in those who were invited with the address it vouches for."""
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The invited user of an address that the provider vouches for; some providers say "false" as a text."""
        for one in sociallogin.email_addresses:
            one.verified = one.verified in {True, "true"}
        found: tuple[User, str] | None = super().authenticate_by_email(sociallogin)
        return found

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Say what to do to whoever the provider knows and we do not."""
        # Never to tie another account at the provider to the user who is signed in: the address decides who it is.
        sociallogin.state["process"] = AuthProcess.LOGIN
        if not sociallogin.is_existing:
            addresses = sociallogin.email_addresses
            context = {
                "provider": sociallogin.provider.name,
                "email": addresses[0].email if addresses else "",
                "is_vouched_for": any(one.verified for one in addresses),
            }
            raise ImmediateHttpResponse(render(request, "portal/sign_in/not_invited.html", context, status=403))

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Log why, for the operator; the page says what the user can do."""
        cause = kwargs.get("exception")
        log.warning(
            "sign-in by provider failed", error=kwargs.get("error"), kind=type(cause).__name__, cause=str(cause)
        )
        super().on_authentication_error(request, provider, *args, **kwargs)


class SealedSecrets(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes, which allauth would keep readable."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for its column."""
        return base64.b64encode(seal(text.encode(), SECRET_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return unseal(base64.b64decode(encrypted_text), SECRET_PLACE).decode()
