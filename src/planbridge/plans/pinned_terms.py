"""A plan's terms with our values in the pinned fields: which fields can be pinned, reading one, and laying pins over."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from planbridge.plans.document_contract import PROVISION_FIELDS
from planbridge.plans.terms import Contact, PlanTerms

# Any below is a JSON value: a text, a flag, a whole number, or a list or object of them.
Pins = Mapping[str, Any]

CONTACTS, PROVISIONS = "contacts.", "provisions."
# The plan's own fields, by their place in the document, and what they are called in PlanTerms.
OWN_FIELDS = {
    "name": "name",
    "type": "plan_type",
    "plan_number": "plan_number",
    "year_end": "year_end",
    "employer.name": "employer_name",
    "employer.ein": "ein",
    "employer.phone": "phone",
}
# Every provision by itself: "provisions.match.tiers", "provisions.balance_transfer".
PROVISION_PLACES = tuple(
    f"{PROVISIONS}{group}{f'.{name}' if name else ''}"
    for group, shape in PROVISION_FIELDS.items()
    for name in (shape if isinstance(shape, Mapping) else ("",))
)


def is_pinnable(field: str) -> bool:
    """Whether a field is one that can be pinned; the contacts of each role are one field."""
    has_role = field.startswith(CONTACTS) and len(field) > len(CONTACTS)
    return field in OWN_FIELDS or field in PROVISION_PLACES or has_role


def pinnable_fields(terms: PlanTerms) -> Iterator[str]:
    """The fields of a plan that can be pinned, those among them that say nothing yet."""
    yield from OWN_FIELDS
    yield from dict.fromkeys(f"{CONTACTS}{one.role}" for one in terms.contacts)
    yield from PROVISION_PLACES


def field_value(terms: PlanTerms, field: str) -> Any:  # noqa: ANN401 - any JSON value
    """What terms say in a field; None, an empty text or an empty list where they say nothing."""
    if field in OWN_FIELDS:
        return getattr(terms, OWN_FIELDS[field])
    if field.startswith(CONTACTS):
        role = field.removeprefix(CONTACTS)
        return [asdict(one) for one in terms.contacts if one.role == role]
    group, _, name = field.removeprefix(PROVISIONS).partition(".")
    value = (terms.provisions or {}).get(group)
    return (value or {}).get(name) if name else value


def with_pins(terms: PlanTerms, pins: Pins) -> PlanTerms:
    """The terms with our value in each pinned field and the recordkeeper's in all others."""
    own: dict[str, Any] = {OWN_FIELDS[field]: value or "" for field, value in pins.items() if field in OWN_FIELDS}
    return replace(
        terms,
        **own,
        contacts=_contacts(terms, {field: value for field, value in pins.items() if field.startswith(CONTACTS)}),
        provisions=_provisions(terms, {field: value for field, value in pins.items() if field.startswith(PROVISIONS)}),
    )


def _contacts(terms: PlanTerms, pins: Pins) -> tuple[Contact, ...]:
    """The contacts, those of a pinned role replaced as a whole: who of two is who, no recordkeeper says."""
    pinned = {field.removeprefix(CONTACTS): [Contact(**one) for one in value or []] for field, value in pins.items()}
    roles = dict.fromkeys([*(one.role for one in terms.contacts), *pinned])
    delivered = {role: [one for one in terms.contacts if one.role == role] for role in roles}
    if not pinned:
        return terms.contacts
    return tuple(one for role, own in delivered.items() for one in pinned.get(role, own))


def _provisions(terms: PlanTerms, pins: Pins) -> dict[str, Any] | None:  # JSON values
    """The provisions, pinned ones replaced one by one."""
    if not pins:
        return None if terms.provisions is None else dict(terms.provisions)
    provisions = dict(terms.provisions or {})
    for field, value in pins.items():
        group, _, name = field.removeprefix(PROVISIONS).partition(".")
        replaced = value
        if name:
            rest = {key: held for key, held in provisions.get(group, {}).items() if key != name}
            replaced = rest if value is None else rest | {name: value}
        if replaced is None or (name and not replaced and group not in provisions):
            provisions.pop(group, None)
        else:
            provisions[group] = replaced
    return provisions
