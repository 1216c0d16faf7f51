"""What is wrong with single rows of a file, as a frame: one row a problem, with line, field and value."""

import polars as pl

ROW_PROBLEMS = pl.Schema(
    {"line": pl.UInt64(), "code": pl.String(), "field": pl.String(), "value": pl.String(), "refuses": pl.Boolean()}
)


def no_row_problems() -> pl.DataFrame:
    """An empty frame of problems."""
    return pl.DataFrame(schema=ROW_PROBLEMS)


def row_problems(
    rows: pl.DataFrame, code: str, *, field: str | None = None, value: str | None = None, refuses: bool = True
) -> pl.DataFrame:
    """A problem for each of the rows (which have `line`); `value` names the column that holds the value at fault."""
    if rows.is_empty():
        return no_row_problems()
    shown = pl.lit(None, pl.String) if value is None else pl.col(value)
    return rows.select(
        "line",
        code=pl.lit(code),
        field=pl.lit(field, pl.String),
        value=shown.str.slice(0, 200),
        refuses=pl.lit(refuses),
    )
