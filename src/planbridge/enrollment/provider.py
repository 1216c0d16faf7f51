"""The site at which a recordkeeper's participants sign in: an OpenID Connect provider, one a connection."""

from dataclasses import dataclass

from django.db import models, transaction

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.rest_settings import is_loopback, origin
from planbridge.security.sealing import seal, unseal


class ProviderRefused(ValueError):  # noqa: N818 - says what happened
    """A provider that cannot be used; `field` names what is to be mended."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class SignInProvider(models.Model):
    """Issuer, client id and sealed client secret of a connection's provider."""

    connection = models.OneToOneField(
        "recordkeepers.Connection", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    issuer = models.TextField()
    client_id = models.TextField()
    secret_sealed = models.BinaryField()

    class Meta:
        db_table = "enrollment_sign_in_provider"

    @property
    def secret(self) -> str:
        """The client's secret."""
        return unseal(bytes(self.secret_sealed), place_of(self.connection_id)).decode()


@dataclass(frozen=True)
class NewProvider:
    """What a person says of a provider; an empty secret leaves the stored one."""

    issuer: str
    client_id: str
    secret: str = ""


def place_of(connection_id: int) -> str:
    """Where a provider's secret is sealed to."""
    return f"enrollment_sign_in_provider.secret/{connection_id}"


def provider_of(connection_id: int) -> SignInProvider | None:
    """The provider of a connection; None where its participants come by invitation alone."""
    return SignInProvider.objects.filter(pk=connection_id).first()


def set_provider(connection: Connection, new: NewProvider, *, actor: str) -> SignInProvider:
    """Set or change the provider of a connection, recorded without the secret. Raises ProviderRefused."""
    issuer = checked_issuer(new.issuer)
    if not new.client_id.strip():
        raise ProviderRefused("Type the client id that the provider gave to Planbridge.", "client_id")
    with transaction.atomic():
        before = SignInProvider.objects.select_for_update().filter(pk=connection.pk).first()
        after = SignInProvider(
            connection=connection,
            issuer=issuer,
            client_id=new.client_id.strip(),
            secret_sealed=sealed_secret(connection, new.secret, before, issuer),
        )
        after.save()
        changed = {
            name: [getattr(before, name, None), getattr(after, name)]
            for name in ("issuer", "client_id")
            if getattr(before, name, None) != getattr(after, name)
        }
        detail = {"name": connection.name, "changed": changed, "has_new_credentials": bool(new.secret)}
        record_activity(Happening(Verb.CONNECTION_CHANGED, actor, connection_id=connection.pk, detail=detail))
    return after


def sealed_secret(connection: Connection, typed: str, before: SignInProvider | None, issuer: str) -> bytes:
    """The secret typed, sealed, or the one stored, which goes only to the host it was typed for. Raises ProviderRefused."""
    if typed:
        return seal(typed.encode(), place_of(connection.pk))
    if before is None or origin(before.issuer) != origin(issuer):
        raise ProviderRefused("Type the client secret that the provider gave to Planbridge.", "secret")
    return bytes(before.secret_sealed)


def remove_provider(connection: Connection, *, actor: str) -> None:
    """Let nobody of a connection sign in from the recordkeeper's site any more."""
    with transaction.atomic():
        before = SignInProvider.objects.filter(pk=connection.pk).first()
        if before is None:
            return
        before.delete()
        detail = {"name": connection.name, "changed": {"issuer": [before.issuer, None]}}
        record_activity(Happening(Verb.CONNECTION_CHANGED, actor, connection_id=connection.pk, detail=detail))


def checked_issuer(text: str) -> str:
    """An issuer's address, without a slash at its end; https but for this machine itself. Raises ProviderRefused."""
    issuer = text.strip().rstrip("/")
    try:
        scheme, host, _ = origin(issuer)
    except ValueError:
        scheme, host = "", ""
    if scheme not in {"http", "https"} or not host or "@" in issuer or "?" in issuer or "#" in issuer:
        raise ProviderRefused("Type the issuer's address, such as https://login.example.test.", "issuer")
    if scheme == "http" and not is_loopback(host):
        raise ProviderRefused("The issuer is reached by https:// only; http:// is for this machine.", "issuer")
    return issuer
