"""The rows of Specifications: each field with its words, its value, its pin and what can be done."""

from dataclasses import dataclass

from planbridge.plans.field_state import FieldState, Standing
from planbridge.plans.pinned_terms import CONTACTS
from planbridge.portal.plans.field_forms import slug_of
from planbridge.portal.plans.field_words import SECTIONS, TIERS_FIELD, FieldWords, value_lines, words_of


@dataclass(frozen=True)
class FieldRow:
    """A field as the page shows it."""

    words: FieldWords
    state: FieldState

    @property
    def slug(self) -> str:
        """The id of its element."""
        return slug_of(self.words.field)

    @property
    def lines(self) -> list[str]:
        """Our value in words."""
        return value_lines(self.words, self.state.value)

    @property
    def recordkeeper_lines(self) -> list[str]:
        """The recordkeeper's value in words."""
        return value_lines(self.words, self.state.recordkeeper_value)

    @property
    def has_do_not_override(self) -> bool:
        """Whether pinning it is the checkbox of the match tiers."""
        return self.words.field == TIERS_FIELD


@dataclass(frozen=True)
class SectionRows:
    """The rows under a heading."""

    heading: str
    rows: tuple[FieldRow, ...]


def row_of(standing: Standing, field: str) -> FieldRow:
    """The row of one field."""
    return FieldRow(words_of(field), standing.field(field))


def section_rows(standing: Standing) -> list[SectionRows]:
    """All sections with their rows; one that has none (a plan without contacts) is left out."""
    states = {state.field: state for state in standing.fields()}
    roles = [field for field in states if field.startswith(CONTACTS)]
    sections = []
    for section in SECTIONS:
        fields = roles if section.heading == "Contacts" else [words.field for words in section.fields]
        if fields:
            rows = tuple(FieldRow(words_of(field), states[field]) for field in fields)
            sections.append(SectionRows(section.heading, rows))
    return sections
