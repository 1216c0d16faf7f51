"""A schema for each peer, so that all of them can stand beside the product in one database."""

import psycopg
from psycopg import sql


def connect(url: str, schema: str) -> psycopg.Connection:
    """Return a connection whose unqualified names are those of the peer's schema; jit and fsync stay as served."""
    return psycopg.connect(url, options=f"-c search_path={schema}")


def create_empty(url: str, schema: str) -> psycopg.Connection:
    """Drop and create the peer's schema and return a connection into it, with nothing committed yet."""
    connection = connect(url, schema)
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    return connection
