"""An event of a plan as the Notifications tab shows it, and as its form sends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from planbridge.notifications.event import GLOSSES, Audience, ContactRole, Event, audiences_of
from planbridge.notifications.event_setting import EventSetting
from planbridge.plans.plan import PlanContact

ADDRESS_SEPARATORS = str.maketrans({",": "\n", ";": "\n"})


@dataclass(frozen=True)
class RoleChoice:
    """A role of contacts: whether it is told, and who that is now."""

    role: ContactRole
    is_chosen: bool
    people: Sequence[str]


@dataclass(frozen=True)
class ShownEvent:
    """One event with its setting; `typed` are the addresses as they stand in the box."""

    event: Event
    setting: EventSetting
    people: Mapping[str, Sequence[str]]
    typed: str
    version: str

    @property
    def gloss(self) -> str:
        """What it is, in a sentence."""
        return GLOSSES[self.event]

    @property
    def roles(self) -> list[RoleChoice]:
        """The roles that may be told."""
        return [
            RoleChoice(role, role.value in self.setting.roles, self.people.get(role.value, ())) for role in ContactRole
        ]

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """For whom there are words."""
        return audiences_of(self.event)

    @property
    def is_for_participant(self) -> bool:
        """Whether it is about a participant, who can be told."""
        return Audience.PARTICIPANT in self.audiences

    @property
    def tells_nobody(self) -> bool:
        """On, and yet nobody would get anything."""
        by_role = any(self.people.get(role) for role in self.setting.roles)
        return self.setting.is_on and not (self.setting.to_participant or by_role or self.setting.addresses)


def shown_event(event: Event, setting: EventSetting, people: Mapping[str, Sequence[str]]) -> ShownEvent:
    """An event as it is saved."""
    return ShownEvent(event, setting, people, "\n".join(setting.addresses), setting.version)


def people_by_role(plan_id: int) -> dict[str, list[str]]:
    """Who a plan's contacts are by role, in words; one statement."""
    found: dict[str, list[str]] = {}
    rows = PlanContact.objects.filter(plan_id=plan_id).order_by("position").values_list("role", "name", "email")
    for role, name, email in rows:
        found.setdefault(role, []).append(", ".join(part for part in (name, email or "no e-mail address") if part))
    return found


def setting_sent(sent: QueryDict, before: EventSetting) -> EventSetting:
    """What a form says; one that shows only the switch says nothing of the recipients."""
    is_on = "is_on" in sent
    if "has_recipients" not in sent:
        return replace(before, is_on=is_on)
    addresses = sent.get("addresses", "").translate(ADDRESS_SEPARATORS).splitlines()
    return EventSetting(
        is_on=is_on,
        to_participant="to_participant" in sent,
        roles=tuple(sent.getlist("roles")),
        addresses=tuple(text for line in addresses if (text := line.strip())),
    )
