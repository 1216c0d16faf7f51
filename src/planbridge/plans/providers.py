"""Adds and changes managed-account providers: the only writer of the table managed_account_provider."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from django.db import IntegrityError, transaction

from planbridge.activity.conflict import refuse_if_changed
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.document_values import NUMBER, number_text
from planbridge.plans.provider import (
    FEE_NOTE_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    ManagedAccountProvider,
)
from planbridge.security.firm import Firm

FEE_PERCENT_MAX = 10
FEE_DIGITS_MAX = 4
YES, NO = "yes", "no"
ProviderValue = str | bool | Decimal | None


class ProviderRefused(ValueError):  # noqa: N818 - says what happened
    """A provider that cannot be so; the sentence says what to do."""


def add_provider(firm: Firm, name: str, *, actor: str) -> ManagedAccountProvider:
    """Add a provider by its name; the rest is edited afterwards. Raises ProviderRefused."""
    with named_once(name), transaction.atomic():
        added = ManagedAccountProvider.objects.create(firm=firm, name=_name(name))
        detail = {"provider_id": added.pk, "name": added.name}
        record_activity(Happening(Verb.PROVIDER_ADDED, actor, firm_id=firm.pk, detail=detail))
    return added


def edit_provider(
    provider: ManagedAccountProvider, field: str, value: str, *, seen: str, actor: str
) -> ManagedAccountProvider:
    """Set one of FIELDS from what was typed; `seen` is the token of the value that was shown.

    Raises ChangedMeanwhile, ProviderRefused.
    """
    read = FIELDS.get(field)
    if read is None:
        message = f"A provider has no field {field}."
        raise ProviderRefused(message)
    after = read(value)
    with named_once(value), transaction.atomic():
        locked = ManagedAccountProvider.objects.select_for_update().get(pk=provider.pk)
        before = value_of(locked, field)
        refuse_if_changed(seen, before)
        setattr(locked, field, after)
        if value_of(locked, field) != before:
            locked.save(update_fields=[field])
            changed = {field: [before, value_of(locked, field)]}
            detail = {"provider_id": locked.pk, "name": locked.name, "changed": changed}
            record_activity(Happening(Verb.PROVIDER_CHANGED, actor, firm_id=locked.firm_id, detail=detail))
    return locked


def value_of(provider: ManagedAccountProvider, field: str) -> str:
    """One of FIELDS as it is typed and recorded: a fee as the one text of its number, empty for none; yes or no."""
    value: ProviderValue = getattr(provider, field)
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else number_text(value) if isinstance(value, Decimal) else value


@contextmanager
def named_once(name: str) -> Iterator[None]:
    """Turns the database's refusal of a second provider of one name into words."""
    try:
        yield
    except IntegrityError as error:
        message = f"A provider named {name.strip()!r} is there already; choose another name."
        raise ProviderRefused(message) from error


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name or len(name) > NAME_CHARACTERS_MAX:
        message = f"A provider needs a name of 1 to {NAME_CHARACTERS_MAX} characters."
        raise ProviderRefused(message)
    return name


def _fee(value: str) -> Decimal | None:
    text = value.strip().removesuffix("%").strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text) or not 0 <= Decimal(text) <= FEE_PERCENT_MAX:
        message = f"A fee is a number from 0 to {FEE_PERCENT_MAX}, in percent of assets a year, for example 0.35."
        raise ProviderRefused(message)
    if len(number_text(Decimal(text)).partition(".")[2]) > FEE_DIGITS_MAX:
        message = f"A fee has at most {FEE_DIGITS_MAX} digits behind the point."
        raise ProviderRefused(message)
    return Decimal(text)


def _text(characters_max: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        text = value.replace("\r\n", "\n").strip()
        if len(text) > characters_max:
            message = f"This text has at most {characters_max:,} characters; it has {len(text):,}."
            raise ProviderRefused(message)
        return text

    return read


# How each field is read from what was typed.
FIELDS: Mapping[str, Callable[[str], ProviderValue]] = {
    "name": _name,
    "methodology": _text(TEXT_CHARACTERS_MAX),
    "fee_percent": _fee,
    "fee_note": _text(FEE_NOTE_CHARACTERS_MAX),
    "disclosure": _text(TEXT_CHARACTERS_MAX),
    "is_active": lambda value: value == YES,
}
