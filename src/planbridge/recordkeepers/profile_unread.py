"""What a file has and a profile does not take: columns that nothing reads, fields that lead nowhere."""

from collections.abc import Sequence

from planbridge.recordkeepers.profile import Profile, Record


def used_fields(profile: Profile, record: Record) -> set[str]:
    """The names of a record's fields that end up somewhere, or decide about something."""
    used = {one.name for one in record.fields if one.into}
    used |= {name for item in record.items for name in (*item.columns.values(), *item.when)}
    used |= {name for one in record.fields for name in one.negative_when} | set(record.when)
    used |= {total.field for total in profile.totals if total.record == record.name}
    used |= {total.sums for total in profile.totals if total.of == record.name and total.sums}
    if record.role == "header":
        used |= set(profile.from_header.values())
    return used


def unread_fields(profile: Profile, names: Sequence[str]) -> tuple[str, ...]:
    """Columns of a file by their names, or the layout's fields where it has none, that nothing takes."""
    used = {name for record in profile.records for name in used_fields(profile, record)}
    if names and profile.layout.by == "name":
        return tuple(name for name in names if name and name.casefold() not in {one.casefold() for one in used})
    known = [one.name for record in profile.records for one in record.fields if one.kind != "filler"]
    return tuple(dict.fromkeys(name for name in known if name not in used))
