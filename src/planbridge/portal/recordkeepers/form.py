"""The forms of a recordkeeper, one a kind: how it is reached, its credentials, its limits."""

from datetime import time
from typing import Any

from django import forms

from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NAME_CHARACTERS_MAX, PROFILES, NewConnection
from planbridge.recordkeepers.sql_profile import shipped_sql_profiles

REQUESTS_A_MINUTE_MAX, AT_ONCE_MAX = 100_000, 64
NOT_SHOWN = "It is kept sealed and never shown again."
STORED = "A token is stored; type a new one to replace it."


def secret(label: str) -> forms.CharField:
    """A field whose text is never sent back to the page."""
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=4000, widget=widget, help_text=NOT_SHOWN)


def clock(label: str, help_text: str) -> forms.TimeField:
    """A time of day, or none."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, help_text=help_text)


class ConnectionForm(forms.Form):
    """What every kind has; `before` is the stored connection that is edited."""

    name = forms.CharField(label="Name", max_length=NAME_CHARACTERS_MAX, help_text="What you call the recordkeeper.")

    def __init__(self, *args: Any, before: Connection | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.before = before
        self.fields["requests_per_minute"] = forms.IntegerField(
            label="Rate limit",
            required=False,
            min_value=1,
            max_value=REQUESTS_A_MINUTE_MAX,
            help_text="At most so many requests a minute, all workers together; empty: no limit.",
        )
        self.fields["concurrent_requests_max"] = forms.IntegerField(
            label="Concurrency limit",
            min_value=1,
            max_value=AT_ONCE_MAX,
            initial=4,
            help_text="At most so many requests at the same time.",
        )
        self.fields["quiet_from"] = clock(
            "Quiet hours from", "In this time of day, in your firm's time zone, no sync begins."
        )
        self.fields["quiet_until"] = clock("Quiet hours until", "An end before the beginning is on the next day.")

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends, or none."""
        said: dict[str, Any] = super().clean() or {}
        for name, other in (("quiet_from", "quiet_until"), ("quiet_until", "quiet_from")):
            if said.get(other) and name in said and not said[name]:
                self.add_error(name, "Quiet hours need a beginning and an end; clear both for none.")
        return said

    def quiet_hours(self) -> tuple[time, time] | None:
        """Both ends, or none."""
        begin, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (begin, end) if begin and end else None

    def stored_settings(self) -> dict[str, Any]:
        """The settings of the connection that is edited; what the form does not ask for stays."""
        return dict(self.before.settings) if self.before else {}

    def described(self, kind: ConnectionKind, settings: dict[str, Any], credentials: dict[str, str]) -> NewConnection:
        """What a valid form says, with the settings and credentials of its kind."""
        said = self.cleaned_data
        return NewConnection(
            said["name"].strip(),
            kind,
            settings,
            credentials,
            said["requests_per_minute"],
            said["concurrent_requests_max"],
            self.quiet_hours(),
        )


class RestForm(ConnectionForm):
    """A Recordkeeper API: its address, and a token or what tokens are got with."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="Such as https://recordkeeper.example.test; http only on this machine.",
    )
    token = secret("Token")
    token_url = forms.CharField(
        label="Address that gives tokens",
        required=False,
        max_length=2000,
        help_text="Only for OAuth 2: then client id and client secret stand for the token.",
    )
    client_id = forms.CharField(label="Client id", required=False, max_length=500)
    client_secret = secret("Client secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        self.fields["token"].error_messages["required"] = "A token is needed."
        self.fields["token"].required = self.before is None and not self["token_url"].value()
        if self.before is not None and self.before.credentials_sealed is not None:
            name = "client_secret" if self.before.settings.get("token_url") else "token"
            self.fields[name].help_text = STORED.replace("token", "client secret") if name != "token" else STORED

    def clean(self) -> dict[str, Any]:
        """The credentials are complete, and of one way."""
        said = super().clean()
        is_by_client = bool(said.get("token_url"))
        was_by_client = bool(self.stored_settings().get("token_url"))
        needs_new = self.before is None or is_by_client != was_by_client
        if is_by_client:
            if bool(said.get("client_id")) != bool(said.get("client_secret")) or (
                needs_new and not said.get("client_id")
            ):
                self.add_error("client_secret", "OAuth 2 needs client id and client secret, both anew.")
        elif needs_new and not said.get("token"):
            self.add_error("token", "A token is needed.")
        return said

    def connection(self) -> NewConnection:
        """What a valid form says; no credentials where none were typed."""
        said = self.cleaned_data
        settings = self.stored_settings() | {"url": said["url"].strip()}
        settings.pop("token_url", None)
        credentials = {"token": said["token"]} if said["token"] else {}
        if said["token_url"]:
            settings["token_url"] = said["token_url"].strip()
            credentials = {name: said[name] for name in ("client_id", "client_secret") if said[name]}
        return self.described(ConnectionKind.REST, settings, credentials)


class FilesForm(ConnectionForm):
    """A drop folder: where it is, how it is reached when it is far, and how its files are laid out."""

    path = forms.CharField(
        label="Folder",
        max_length=2000,
        help_text=(
            "On the server with its whole path, such as /srv/recordkeeper/inbox; or sftp://host/path; "
            "or s3://bucket/prefix."
        ),
    )
    profile = forms.ChoiceField(
        label="File profile",
        choices=[(one, one) for one in PROFILES],
        help_text="How single files in the folder are laid out; canonical deliveries are taken beside them.",
    )
    source_codes = forms.CharField(
        label="Source codes",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="One a line, such as 401K = PRE: what the files call a source, and the plan's own code for it.",
    )
    user = forms.CharField(label="User", required=False, max_length=200, help_text="SFTP only.")
    password = secret("Password")
    private_key = forms.CharField(
        label="Private key",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=f"SFTP only, instead of a password: the whole text of the key file. {NOT_SHOWN}",
    )
    passphrase = secret("Passphrase of the private key")
    host_key = forms.CharField(
        label="Host key",
        required=False,
        max_length=2000,
        help_text="SFTP only, such as ssh-ed25519 AAAA...; leave it empty and test the connection to see the server's.",
    )
    endpoint = forms.CharField(
        label="Endpoint", required=False, max_length=2000, help_text="S3 only; empty: Amazon's own."
    )
    region = forms.CharField(label="Region", required=False, max_length=100, help_text="S3 only; empty: us-east-1.")
    access_key = forms.CharField(label="Access key", required=False, max_length=500, help_text="S3 only.")
    secret_key = secret("Secret key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        super().__init__(*args, **kwargs)
        if self.before is not None and self.before.credentials_sealed is not None:
            for name in ("password", "private_key", "secret_key"):
                self.fields[name].help_text = "Leave it empty to keep what is stored."

    def clean_source_codes(self) -> dict[str, str]:
        """The codes by what the files call them."""
        codes = {}
        for line in str(self.cleaned_data["source_codes"]).splitlines():
            theirs, sign, ours = (part.strip() for part in line.partition("="))
            if line.strip() and not (theirs and sign and ours):
                message = f"{line.strip()!r} is not written as 401K = PRE."
                raise forms.ValidationError(message)
            if theirs:
                codes[theirs] = ours
        return codes

    def connection(self) -> NewConnection:
        """What a valid form says; no credentials where none were typed."""
        said = self.cleaned_data
        names = ("user", "host_key", "endpoint", "region")
        given = {name: said[name].strip() for name in names if said[name].strip()}
        settings = {
            name: value for name, value in self.stored_settings().items() if name not in (*names, "source_codes")
        }
        settings |= {"path": said["path"].strip(), "profile": said["profile"]} | given
        if said["profile"] != self.stored_settings().get("profile"):
            settings.pop("own_profile", None)  # it comes first, until another one is chosen
        settings |= {"source_codes": said["source_codes"]} if said["source_codes"] else {}
        secrets = ("password", "private_key", "passphrase", "access_key", "secret_key")
        return self.described(ConnectionKind.FILES, settings, {name: said[name] for name in secrets if said[name]})


class SqlForm(ConnectionForm):
    """A recordkeeper's database: its address, its password, and the profile of its queries."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="Such as postgresql://reader@db.example.test/relius; also mssql, oracle and sqlite. The user only needs to read.",
    )
    password = secret("Password")
    profile = forms.ChoiceField(
        label="Database profile",
        choices=[(one, one) for one in shipped_sql_profiles()],
        help_text="The queries that give plans and people.",
    )

    def connection(self) -> NewConnection:
        """What a valid form says; no credentials where none were typed."""
        said = self.cleaned_data
        settings = self.stored_settings() | {"url": said["url"].strip(), "profile": said["profile"]}
        credentials = {"password": said["password"]} if said["password"] else {}
        return self.described(ConnectionKind.SQL, settings, credentials)


FORMS: dict[str, type[RestForm | FilesForm | SqlForm]] = {
    ConnectionKind.REST: RestForm,
    ConnectionKind.FILES: FilesForm,
    ConnectionKind.SQL: SqlForm,
}
SHOWN_SETTINGS = ("url", "token_url", "path", "profile", "user", "host_key", "endpoint", "region")


def initial_of(connection: Connection) -> dict[str, Any]:
    """A stored connection as its form begins with it: no secrets."""
    values = {name: connection.settings.get(name, "") for name in SHOWN_SETTINGS}
    codes = connection.settings.get("source_codes") or {}
    values["source_codes"] = "\n".join(f"{theirs} = {ours}" for theirs, ours in codes.items())
    names = ("name", "requests_per_minute", "concurrent_requests_max", "quiet_from", "quiet_until")
    return values | {name: getattr(connection, name) for name in names}
