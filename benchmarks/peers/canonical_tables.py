"""Plain typed tables of the four CSV files, in the files' column order, and a COPY of a delivery into them."""

from pathlib import Path
from typing import LiteralString

import psycopg

BLOCK_BYTES = 1 << 20

TABLES: LiteralString = """
CREATE TABLE participants (
    plan_id text NOT NULL, participant_id text NOT NULL, ssn text, first_name text, middle_name text, last_name text,
    birth_date date, gender text, marital_status text, email text, phone text, address_line1 text, address_line2 text,
    city text, state text, zip text, country text, hire_date date, termination_date date, rehire_date date, status text,
    pay_frequency text, annual_compensation numeric, hours_ytd numeric, eligibility_date date, entry_date date,
    prior_year_fica_wages numeric);
CREATE TABLE contribution_rates (
    plan_id text NOT NULL, participant_id text NOT NULL, source text NOT NULL, percent numeric, amount numeric);
CREATE TABLE allocations (
    plan_id text NOT NULL, participant_id text NOT NULL, source text NOT NULL, fund text NOT NULL, percent numeric);
CREATE TABLE balances (
    plan_id text NOT NULL, participant_id text NOT NULL, source text NOT NULL, fund text NOT NULL, units numeric,
    price numeric, market_value numeric, price_date date);
"""
PRIMARY_KEYS: LiteralString = """
ALTER TABLE participants ADD PRIMARY KEY (plan_id, participant_id);
ALTER TABLE contribution_rates ADD PRIMARY KEY (plan_id, participant_id, source);
ALTER TABLE allocations ADD PRIMARY KEY (plan_id, participant_id, source, fund);
ALTER TABLE balances ADD PRIMARY KEY (plan_id, participant_id, source, fund);
"""
COPIES: dict[str, LiteralString] = {
    "participants.csv": "COPY participants FROM STDIN (FORMAT csv, HEADER true)",
    "contribution_rates.csv": "COPY contribution_rates FROM STDIN (FORMAT csv, HEADER true)",
    "allocations.csv": "COPY allocations FROM STDIN (FORMAT csv, HEADER true)",
    "balances.csv": "COPY balances FROM STDIN (FORMAT csv, HEADER true)",
}


def copy_delivery(connection: psycopg.Connection, folder: Path) -> None:
    """Send the bytes of the delivery's four CSV files, in large blocks, through COPY into the tables."""
    with connection.cursor() as cursor:
        for name, statement in COPIES.items():
            with (folder / name).open("rb") as file, cursor.copy(statement) as copy:
                while block := file.read(BLOCK_BYTES):
                    copy.write(block)
