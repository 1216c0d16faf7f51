"""The values that an edit of a draft may have: what was given in, the JSON value that is kept out, or a plain refusal."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from planbridge.plans.content import Content, default_fund_as_json
from planbridge.plans.document_values import (
    NOT_STORABLE,
    YEAR_MAX,
    YEAR_MIN,
    Fault,
    number_text,
    read_integer,
    read_number,
)
from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
    EXPERIENCE,
    FUNDS,
    KEY_CHARACTERS_MAX,
    MAPPED_TO,
    MAPPINGS,
    NAME,
    PATHS,
    PORTFOLIOS,
    PROVIDER,
    QUESTIONNAIRE,
    SCORE_RANGES,
    fund_of,
    is_place,
)
from planbridge.plans.investment_paths import ExperienceType
from planbridge.plans.overlay import by_years
from planbridge.plans.terms import DefaultFund, FundStatus

# Any below is a JSON value.
NAME_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 10_000
ITEMS_MAX = 200
INTEGER_MAX = 2**31 - 1


class EditRefused(ValueError):  # noqa: N818 - says what happened
    """An edit that cannot be made; the message says why, in a sentence for the person."""


def read_edit_value(place: str, value: Any, draft: Content, underneath: Content) -> Any:  # noqa: ANN401 - JSON values
    """The value to keep at a place of a draft. Raises EditRefused for an unknown place or a value of the wrong shape.

    Whether the whole fits together is judged at activation, so that a draft can be half done.
    """
    if not is_place(place):
        raise EditRefused("There is no such thing to edit in a draft.")
    if place.startswith(FUNDS):
        return _read_of_fund(place, value, underneath)
    if place.startswith(MAPPINGS):
        return _read_mapping(place.removeprefix(MAPPINGS), value, draft)
    if place.startswith(PATHS):
        return _flag(value)
    if place.startswith(PORTFOLIOS):
        return None if value is None else _read_portfolio(place.removeprefix(PORTFOLIOS), value)
    return WHOLE[place](value)


def _read_of_fund(place: str, value: Any, underneath: Content) -> str | bool:  # noqa: ANN401 - JSON
    code, attribute = fund_of(place)
    statuses = {one.fund: one.status for one in underneath.lineup.funds}
    if code not in statuses:
        raise EditRefused(f"The lineup has no fund {code}.")
    if attribute == NAME:
        name = _text(value, "A fund's name", NAME_CHARACTERS_MAX)
        if not name:
            raise EditRefused("A fund needs a name.")
        return name
    if attribute == MAPPED_TO:
        return _successor(code, value, set(statuses))
    if statuses[code] != FundStatus.OPEN:
        raise EditRefused("Only an open fund can be left out of what participants are offered.")
    return _flag(value)


def _read_mapping(code: str, value: Any, draft: Content) -> str:  # noqa: ANN401 - JSON
    return _successor(code, value, {one.fund for one in draft.lineup.funds})


def _successor(code: str, value: Any, funds: set[str]) -> str:  # noqa: ANN401 - JSON
    successor = _text(value, "A fund's code", KEY_CHARACTERS_MAX)
    if successor == code:
        raise EditRefused("A fund cannot be mapped to itself.")
    if successor and successor not in funds:
        raise EditRefused(f"The draft's lineup has no fund {successor}.")
    return successor


def _read_portfolio(key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    fields = _object(value, "A portfolio")
    parts = [_object(one, "A part of a portfolio") for one in _list(fields.get("funds", []), "funds")]
    funds = [
        {
            "fund": _text(one.get("fund"), "A fund's code", KEY_CHARACTERS_MAX),
            "percent": _percent(one.get("percent"), "A fund's part"),
        }
        for one in parts
    ]
    if len({one["fund"] for one in funds}) < len(funds):
        raise EditRefused("A fund stands in a portfolio once.")
    name = _text(fields.get("name"), "A portfolio's name", NAME_CHARACTERS_MAX)
    if not name:
        raise EditRefused("A portfolio needs a name.")
    description = _text(fields.get("description", ""), "A description", TEXT_CHARACTERS_MAX)
    return {"portfolio": key, "name": name, "description": description, "funds": funds}


def _read_default(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    read = []
    for each in _list(value, "default funds"):
        one = _object(each, "A default fund")
        code = _text(one.get("fund"), "A fund's code", KEY_CHARACTERS_MAX)
        if not code:
            raise EditRefused("Each line of the default investment needs a fund.")
        read.append(DefaultFund(code, _year(one.get("retirement_from")), _year(one.get("retirement_to"))))
    return [default_fund_as_json(one) for one in sorted(read, key=by_years)]


def _read_experience(value: Any) -> str:  # noqa: ANN401 - JSON
    if value not in set(ExperienceType):
        raise EditRefused("The experience is Standard or Managed Account Recommendation.")
    return str(value)


def _read_range(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    one = _object(value, "A score range")
    return {
        "score_from": _whole(one.get("score_from"), "A score", INTEGER_MAX),
        "score_to": _whole(one.get("score_to"), "A score", INTEGER_MAX),
        "portfolio": _text(one.get("portfolio"), "A portfolio", KEY_CHARACTERS_MAX),
    }


def _read_ranges(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return [_read_range(one) for one in _list(value, "score ranges")]


def _read_questionnaire(value: Any) -> int | None:  # noqa: ANN401 - JSON
    return None if value is None else _whole(value, "the questionnaire", INTEGER_MAX)


def _read_provider(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - JSON
    if value is None:
        return None
    one = _object(value, "A provider")
    fee = one.get("fee_percent")
    texts = {
        name: _text(one.get(name, ""), f"A provider's {name.replace('_', ' ')}", TEXT_CHARACTERS_MAX)
        for name in ("name", "methodology", "fee_note", "disclosure")
    }
    return {
        "provider_id": _whole(one.get("provider_id"), "the provider", INTEGER_MAX),
        **texts,
        "fee_percent": None if fee in (None, "") else _percent(fee, "A provider's fee"),
    }


def _flag(value: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(value, bool):
        raise EditRefused("It is on or off.")
    return value


def _text(value: Any, what: str, characters_max: int) -> str:  # noqa: ANN401 - JSON
    text = value.strip() if isinstance(value, str) else None
    if text is None or len(text) > characters_max or NOT_STORABLE.search(text):
        raise EditRefused(f"{what} is text of at most {characters_max:,} characters.")
    return text


def _object(value: Any, what: str) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, Mapping):
        raise EditRefused(f"{what} cannot be read.")
    return value


def _list(value: Any, what: str) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, list) or len(value) > ITEMS_MAX:
        raise EditRefused(f"It takes at most {ITEMS_MAX} {what}.")
    return value


def _percent(value: Any, what: str) -> str:  # noqa: ANN401 - JSON
    number = read_number(value)
    if isinstance(number, Fault) or abs(number) > Decimal(1000):
        raise EditRefused(f"{what} is a number of percent, as 12.5.")
    return number_text(number)


def _whole(value: Any, what: str, most: int) -> int:  # noqa: ANN401 - JSON
    number = read_number(value)
    if isinstance(number, Fault) or number != number.to_integral_value() or not -most <= number <= most:
        raise EditRefused(f"{what[0].upper()}{what[1:]} is a whole number.")
    return int(number)


def _year(value: Any) -> int | None:  # noqa: ANN401 - JSON
    if value in (None, ""):
        return None
    year = read_integer(value)
    if isinstance(year, Fault) or not YEAR_MIN - 100 <= year <= YEAR_MAX:
        raise EditRefused("A retirement year is a year, as 2045, or left empty for no end.")
    return year


WHOLE: dict[str, Callable[[Any], Any]] = {
    DEFAULT_INVESTMENT: _read_default,
    EXPERIENCE: _read_experience,
    QUESTIONNAIRE: _read_questionnaire,
    SCORE_RANGES: _read_ranges,
    PROVIDER: _read_provider,
}
