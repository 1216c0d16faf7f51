"""The text of participant documents before it is parsed: numbers in quotes, odd lines marked, keys counted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from planbridge.recordkeepers.delivered import ITEM_COLUMNS
from planbridge.recordkeepers.formats.canonical_json_record import ADDRESS_COLUMNS, TEXT_FIELDS

_TEXT_KEYS = {*TEXT_FIELDS, *ADDRESS_COLUMNS, *(column for columns in ITEM_COLUMNS.values() for column in columns)}
# What is no text, list, object or null. It may stand within a text as well, so it only calls for a closer look.
_BARE_VALUE = r'":\s*[^"\[{n\s]|" +:'
# A quote that follows a letter ends a string, and a colon then makes that string a key: these two patterns cannot match
# within a value, where every quote has its backslash. The parser takes bare numbers through a float, so their digits
# are put in quotes first; booleans it would take for text.
_BARE_NUMBER = r'([A-Za-z0-9_]"\s*:\s*)(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)([\s,}])'
_BARE_BOOLEAN = rf'"(?:{"|".join(sorted(_TEXT_KEYS))})"\s*:\s*[tf]'
# The parser makes NUL of half a surrogate pair.
_SURROGATE = r"\\u[dD][89a-fA-F]"
_NULL = r'":\s*null'


def document_text(lines: Sequence[bytes]) -> pl.DataFrame:
    """One row a line: `text` for the parser (None: the line wants a closer look), `keys`: how many have a value.

    The parser joins lines by commas, so that broken ones could melt together: it gets none that is not one in braces.
    """
    frame = pl.LazyFrame([_utf8(lines)])
    text = pl.col("text")
    is_enclosed = text.str.starts_with("{") & (text.str.ends_with("}") | text.str.contains(r"\}\s+\z"))
    seen = frame.select(
        "text",
        (is_enclosed & ~text.str.contains(_SURROGATE)).fill_null(value=False).alias("is_plain"),
        text.str.contains(_BARE_VALUE).fill_null(value=False).alias("is_bare"),
        _value_keys(text).alias("keys"),
    ).collect()
    if seen["is_bare"].any():
        is_boolean = text.str.contains(_BARE_BOOLEAN).fill_null(value=False)
        seen = seen.with_columns(text=_with_quoted_numbers(seen["text"]), is_plain=pl.col("is_plain") & ~is_boolean)
    return seen.select(pl.when("is_plain").then("text").alias("text"), "keys")


def _value_keys(text: pl.Expr) -> pl.Expr:
    """How many keys with a value each document has; a wrong number where there are spaces before colons."""
    return text.str.count_matches('":', literal=True).cast(pl.Int64) - text.str.count_matches(_NULL)


def _utf8(lines: Sequence[bytes]) -> pl.Series:
    """The lines as text, None for those that are not UTF-8."""
    try:
        return pl.Series("text", lines, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return pl.Series("text", [_decoded(line) for line in lines], dtype=pl.String)


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _with_quoted_numbers(text: pl.Series) -> pl.Series:
    cores = pl.thread_pool_size()
    size = len(text) // cores + 1
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    with ThreadPoolExecutor(cores) as pool:
        quoted: list[pl.Series] = list(pool.map(_with_quotes, pieces))
    return pl.concat(quoted)


def _with_quotes(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_BARE_NUMBER, '${1}"${2}"${3}')
