"""Whether our value for a field is one that a recordkeeper could deliver: the same contract, the same rules."""

from collections.abc import Mapping
from typing import Any

from planbridge.activity.problem_catalogue import Severity
from planbridge.plans.document_checks import check_terms
from planbridge.plans.document_contract import as_json, walk_document
from planbridge.plans.pinned_terms import CONTACTS, is_pinnable, with_pins
from planbridge.plans.terms import PlanTerms

ALL_CONTACTS = "contacts"


class PinRefused(ValueError):  # noqa: N818 - says what happened
    """The field was not changed; the text says why, for the person who typed it."""


def read_pin_value(field: str, value: object) -> Any:  # noqa: ANN401 - any JSON value
    """A value (JSON; None: there is none) in the form in which documents have it. Raises PinRefused."""
    if not is_pinnable(field):
        message = f"A plan has no field {field[:80]!r} that can be edited."
        raise PinRefused(message)
    if value is None:
        return None
    path = [ALL_CONTACTS] if field.startswith(CONTACTS) else field.split(".")
    document: Any = value  # any JSON value, as is what is read
    for name in reversed(path):
        document = {name: document}
    walked = walk_document(document)
    if walked.problems:
        raise PinRefused(" ".join(dict.fromkeys(one.detail or one.message for one in walked.problems)))
    read: Any = as_json(walked.values)
    for name in path:
        read = read.get(name) if isinstance(read, Mapping) else None
    return contacts_of_role(field, read or []) if field.startswith(CONTACTS) else read


def contacts_of_role(field: str, read: list[dict[str, Any]]) -> list[dict[str, Any]]:  # JSON values
    """Contacts with every part of them, all in the role that the field names."""
    blank = {"name": "", "email": "", "phone": ""}
    return [blank | one | {"role": field.removeprefix(CONTACTS)} for one in read]


def refuse_broken(theirs: PlanTerms, field: str, value: object) -> None:
    """Raises PinRefused for a value that breaks a rule which the recordkeeper's own value keeps."""
    place = ALL_CONTACTS if field.startswith(CONTACTS) else field
    known = errors_of(theirs, place)
    broken = [one for one in errors_of(with_pins(theirs, {field: value}), place) if one not in known]
    if broken:
        raise PinRefused(" ".join(broken))


def errors_of(terms: PlanTerms, place: str) -> list[str]:
    """What the rules find at a place, each once, in words."""
    found = check_terms(terms, delivered_as_of=None, money_by_fund={}, live_funds=())
    errors = [one for one in found if one.severity is Severity.ERROR and (one.field or "").startswith(place)]
    return list(dict.fromkeys(one.message for one in errors))
