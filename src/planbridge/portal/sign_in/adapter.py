"""How allauth is used here: nobody signs up; who was invited signs in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Passwords, authenticator apps and passkeys."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never: users are invited."""
        return False


class InvitedOnlyByProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's signature
        """Never: the provider lets in those who were invited with the address it vouches for."""
        return False
