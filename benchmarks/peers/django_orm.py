"""Peer: the Django ORM's `bulk_create(update_conflicts=True)` over rows read by the csv module."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, models, transaction
from psycopg.conninfo import conninfo_to_dict

from benchmarks.peers.peer_schema import create_empty

SCHEMA = "peer_django_orm"
BATCH_SIZE = 2_000

# Models need settings before their classes are made; `run` fills in where the server is.
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": ""}}, USE_TZ=True)
django.setup()


def code() -> "models.TextField[str, str]":
    """Return a column of a key."""
    return models.TextField()


def text() -> "models.TextField[str | None, str | None]":
    """Return a column of text that may be unknown."""
    return models.TextField(null=True)


def day() -> "models.DateField[date | None, date | None]":
    """Return a column of dates that may be unknown."""
    return models.DateField(null=True)


def number() -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Return a column of exact decimals that may be unknown."""
    return models.DecimalField(max_digits=24, decimal_places=6, null=True)


class Participant(models.Model):
    """A row of participants.csv."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id")
    plan_id = code()
    participant_id = code()
    ssn, first_name, middle_name, last_name = text(), text(), text(), text()
    birth_date = day()
    gender, marital_status, email, phone = text(), text(), text(), text()
    address_line1, address_line2, city, state, zip, country = text(), text(), text(), text(), text(), text()
    hire_date, termination_date, rehire_date = day(), day(), day()
    status, pay_frequency = text(), text()
    annual_compensation, hours_ytd = number(), number()
    eligibility_date, entry_date = day(), day()
    prior_year_fica_wages = number()

    class Meta:
        app_label = "peer"
        db_table = "participants"


class ContributionRate(models.Model):
    """A row of contribution_rates.csv."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "source")
    plan_id = code()
    participant_id = code()
    source = code()
    percent, amount = number(), number()

    class Meta:
        app_label = "peer"
        db_table = "contribution_rates"


class Allocation(models.Model):
    """A row of allocations.csv."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "source", "fund")
    plan_id = code()
    participant_id = code()
    source = code()
    fund = code()
    percent = number()

    class Meta:
        app_label = "peer"
        db_table = "allocations"


class Balance(models.Model):
    """A row of balances.csv."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "source", "fund")
    plan_id = code()
    participant_id = code()
    source = code()
    fund = code()
    units, price, market_value = number(), number(), number()
    price_date = day()

    class Meta:
        app_label = "peer"
        db_table = "balances"


MODELS: tuple[type[models.Model], ...] = (Participant, ContributionRate, Allocation, Balance)


def prepare(url: str) -> None:
    """Create the models' tables empty."""
    with create_empty(url, SCHEMA):
        pass
    _connect(url)
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)


def run(url: str, folder: Path) -> None:
    """Upsert the rows of the four files in one transaction."""
    _connect(url)
    with transaction.atomic():
        for model in MODELS:
            _upsert(model, folder / f"{model._meta.db_table}.csv")


def _connect(url: str) -> None:
    """Point Django's connection at the server and the peer's schema."""
    parameters = conninfo_to_dict(url)
    connection.settings_dict.update(
        NAME=parameters.pop("dbname", "postgres"),
        OPTIONS={**parameters, "options": f"-c search_path={SCHEMA}"},
    )


def _upsert(model: type[models.Model], path: Path) -> None:
    """Write a file's rows in batches, replacing every other column of the rows that are there."""
    key = [field.name for field in model._meta.pk_fields]
    others = [field.name for field in model._meta.concrete_fields if field.name not in key]
    rows = _read(model, path)
    while batch := list(islice(rows, 10 * BATCH_SIZE)):
        model._base_manager.bulk_create(
            batch, update_conflicts=True, unique_fields=key, update_fields=others, batch_size=BATCH_SIZE
        )


def _read(model: type[models.Model], path: Path) -> Iterator[models.Model]:
    """Yield unsaved models, an empty field as null, dates as dates and numbers as exact decimals."""
    convert: dict[str, Callable[[str], object]] = {
        field.name: date.fromisoformat if isinstance(field, models.DateField) else Decimal
        for field in model._meta.concrete_fields
        if isinstance(field, (models.DateField, models.DecimalField))
    }
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield model(**{name: convert.get(name, str)(value) if value else None for name, value in row.items()})
