"""Number boxes: what people type is read as it is meant, and exactly."""

from decimal import Decimal

import pytest
from django import forms

from planbridge.enrollment.number_box import DOLLARS, PERCENT, YEARS, NumberBox, box_name


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("6", "6"),
        (" 6.5 % ", "6.5"),
        ("6,5", "6.5"),
        ("$1,250.50", "1250.5"),
        ("1,250", "1250"),
        ("0", "0"),
        ("33.34", "33.34"),
    ],
)
def test_what_is_typed_is_read(typed: str, number: str) -> None:
    """EN-1: signs, spaces, commas between thousands and a decimal comma are read as they are meant."""
    assert NumberBox("Pay", DOLLARS, highest=10000).clean(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("six", "Type a number, such as 6 or 6.5."),
        ("NaN", "Type a number, such as 6 or 6.5."),
        ("1e400", "Type 100 % or less."),
        ("6.505", "Type a number with no more than two digits after the point."),
        ("-1", "Type 0 or more."),
        ("100.01", "Type 100 % or less."),
        ("0,125", "Type a number, such as 6 or 6.5."),
        ("1,2,3", "Type a number, such as 6 or 6.5."),
    ],
)
def test_what_is_no_number_is_refused(typed: str, said: str) -> None:
    """EN-1: what cannot be meant is refused with what to do, and nothing is guessed."""
    with pytest.raises(forms.ValidationError) as refused:
        NumberBox("Rate", PERCENT, highest=100).clean(typed)
    assert refused.value.messages[0] == said


def test_whole_years() -> None:
    """EN-1: an age is a whole number."""
    with pytest.raises(forms.ValidationError) as refused:
        NumberBox("Age", YEARS, lowest=50, highest=80).clean("67.5")
    assert refused.value.messages == ["Type a whole number."]


def test_names_of_boxes_differ() -> None:
    """EN-4: two pairs of codes never share a box, whatever characters they have."""
    assert box_name("share", "A:B", "C") != box_name("share", "A", "B:C")
    assert " " not in box_name("share", "A B", 'x"y')
