"""Peer: dlt's merge as fast as dlt can do it: Arrow tables in, parquet through ADBC, the upsert strategy."""

import importlib.util
import os
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import dlt
import psycopg
import pyarrow as pa
from dlt.destinations import postgres
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pyarrow import csv

SCHEMA = "peer_dlt_merge"

# dlt reads its settings from the environment. Telemetry would leave this machine.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

NO_DRIVER = "dlt loads parquet through ADBC: install adbc-driver-manager and adbc-driver-postgresql"
PERSON = ["plan_id", "participant_id"]
PRIMARY_KEYS = {
    "participants": PERSON,
    "contribution_rates": [*PERSON, "source"],
    "allocations": [*PERSON, "source", "fund"],
    "balances": [*PERSON, "source", "fund"],
}
DATES = ["birth_date", "hire_date", "termination_date", "rehire_date", "eligibility_date", "entry_date", "price_date"]
SCALES = {
    "annual_compensation": 2,
    "hours_ytd": 1,
    "prior_year_fica_wages": 2,
    "percent": 6,
    "amount": 2,
    "units": 6,
    "price": 6,
    "market_value": 2,
}
TEXTS = [
    "plan_id",
    "participant_id",
    "source",
    "fund",
    "ssn",
    "first_name",
    "middle_name",
    "last_name",
    "gender",
    "marital_status",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "zip",
    "country",
    "status",
    "pay_frequency",
]
COLUMN_TYPES = (
    dict.fromkeys(TEXTS, pa.string())
    | dict.fromkeys(DATES, pa.date32())
    | {column: pa.decimal128(18, scale) for column, scale in SCALES.items()}
)


def prepare(url: str) -> None:
    """Drop dlt's schemas: it creates its own; refuse where dlt would quietly fall back to slow INSERT statements."""
    if importlib.util.find_spec("adbc_driver_postgresql") is None:
        raise ModuleNotFoundError(NO_DRIVER)
    with psycopg.connect(url) as connection:
        for schema in (SCHEMA, f"{SCHEMA}_staging"):
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def run(url: str, folder: Path) -> None:
    """Read the four files as exact decimals, dates and text, and merge each by its primary key."""
    options = csv.ConvertOptions(column_types=COLUMN_TYPES, strings_can_be_null=True)
    resources = [
        dlt.resource(
            csv.read_csv(folder / f"{name}.csv", convert_options=options),
            name=name,
            primary_key=key,
            write_disposition={"disposition": "merge", "strategy": "upsert"},
        )
        for name, key in PRIMARY_KEYS.items()
    ]
    with tempfile.TemporaryDirectory() as pipelines:
        pipeline = dlt.pipeline(
            "peer_dlt_merge",
            pipelines_dir=pipelines,
            destination=postgres(credentials=_credentials(url)),
            dataset_name=SCHEMA,
        )
        pipeline.run(resources, loader_file_format="parquet").raise_on_failed_jobs()


def _credentials(url: str) -> str:
    """Return the address as dlt accepts it: with a host and a password, even for a socket that needs neither."""
    parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    user, password = parameters.pop("user", "postgres"), parameters.pop("password", "none")
    database = parameters.pop("dbname", "postgres")
    # libpq takes what stands in the query before what stands in front of it.
    return f"postgresql://{user}:{password}@localhost/{database}?{urlencode(parameters)}"
