"""Time passes by command: a price day moves every price, a pay period also brings contributions and loan payments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from planbridge.simulator.amounts import scaled, split_whole, text_of_cents, text_of_price, units_for
from planbridge.simulator.business_days import business_day_after
from planbridge.simulator.people import make_balance
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Change, Recordkeeper
from planbridge.simulator.snapshots import prune_history
from planbridge.simulator.submissions import apply_to, due_submissions

_PERIOD_DAYS = 14
_PERIODS_A_YEAR = 26
_PERIOD_HOURS = 80
# 402(g) for 2026; a simulated payroll stops deferrals there in every year.
_DEFERRAL_CENTS_MAX = 2_450_000
_PRICE_STEP_MAX = 35
_TEN_THOUSANDTHS = 10_000
_PERCENT_PLACES = 4
_PERCENT_SCALE = 1_000_000
_LOAN_PRINCIPAL_PERCENT = 85


@dataclass(frozen=True, slots=True)
class _Market:
    """A plan's prices of one day, its successors of closed funds, its default funds and its match."""

    prices: dict[str, int]
    price_date: str
    successors: dict[str, str]
    defaults: list[tuple[str, int]]
    tiers: list[tuple[int, int]]


def pass_price_day(keeper: Recordkeeper) -> dict[str, object]:
    """Move the clock to the close of the next business day and every price by up to 0.35 %."""
    return _pass_to(keeper, business_day_after(keeper.moment.date()), is_payday=False)


def pass_pay_period(keeper: Recordkeeper) -> dict[str, object]:
    """Move the clock by two weeks: prices move, submissions apply, pay is saved, money leaves closed funds."""
    return _pass_to(keeper, business_day_after(keeper.moment.date(), _PERIOD_DAYS), is_payday=True)


def reprice(person: Document, prices: dict[str, int], price_date: str) -> bool:
    """Value every position at new prices (ten-thousandths of a dollar by fund); says whether there was any."""
    person["balances"] = [
        make_balance((item["source"], item["fund"]), scaled(item["units"], 6), prices[item["fund"]], price_date)
        for item in person["balances"]
    ]
    return bool(person["balances"])


def move_to_successors(person: Document, successors: dict[str, str], prices: dict[str, int], price_date: str) -> bool:
    """Move positions and allocations out of closed funds at these prices; says whether there was any."""
    is_touched = False
    for item in [item for item in person["balances"] if item["fund"] in successors]:
        person["balances"].remove(item)
        successor = successors[item["fund"]]
        units = units_for(scaled(item["market_value"], 2), prices[successor])
        _buy_units(person, (item["source"], successor), units, (prices[successor], price_date))
        is_touched = True
    for item in person["allocations"]:
        if item["fund"] in successors:
            item["fund"] = successors[item["fund"]]
            is_touched = True
    return is_touched


def _pass_to(keeper: Recordkeeper, day: date, *, is_payday: bool) -> dict[str, object]:
    before = keeper.moment.date()
    people, applied = 0, 0
    with keeper.change(day) as change:
        due = due_submissions(keeper, day) if is_payday else {}
        for plan_id in keeper.plan_ids():
            plan = keeper.plan(plan_id)
            market = _move_prices(keeper.seed, plan, day)
            keeper.write_plan(change, plan)
            if is_payday:
                waiting = due.get(plan_id, {})
                applied += sum(len(items) for items in waiting.values())
                revise = _payday(change, plan, market, waiting, is_new_year=before.year != day.year)
            else:
                revise = _price_day(market)
            people += keeper.rewrite_plan_people(change, plan_id, revise)
    prune_history(keeper)
    return {"day": day.isoformat(), "people": people, "submissions_applied": applied}


def _move_prices(seed: int, plan: Document, day: date) -> _Market:
    for fund in plan["lineup"]["funds"]:
        # Seeded by fund and day, so that a fund costs the same in every plan.
        random = Random(f"{seed}:{fund['fund']}:{day}")  # noqa: S311 - repeatable data
        step = random.randint(-_PRICE_STEP_MAX, _PRICE_STEP_MAX) or 1
        price = scaled(fund["price"], 4)
        moved = price * (_TEN_THOUSANDTHS + step) // _TEN_THOUSANDTHS
        fund["price"] = text_of_price(moved if moved != price else price + 1)
        fund["price_date"] = day.isoformat()
    return _market_of(plan)


def _market_of(plan: Document) -> _Market:
    funds = plan["lineup"]["funds"]
    return _Market(
        prices={fund["fund"]: scaled(fund["price"], 4) for fund in funds},
        price_date=funds[0]["price_date"],
        successors={fund["fund"]: fund["mapped_to"] for fund in funds if fund["mapped_to"]},
        defaults=[(item["fund"], item["retirement_to"] or 9999) for item in plan["lineup"]["default_investment"]],
        tiers=match_tiers(plan),
    )


def _price_day(market: _Market) -> Callable[[Document], bool]:
    return lambda person: reprice(person, market.prices, market.price_date)


def _payday(
    change: Change,
    plan: Document,
    market: _Market,
    waiting: dict[str, list[tuple[str, Document]]],
    *,
    is_new_year: bool,
) -> Callable[[Document], bool]:
    def revise(person: Document) -> bool:
        is_touched = reprice(person, market.prices, market.price_date)
        items = waiting.get(person["participant_id"], [])
        is_touched |= bool(apply_to(change, plan, person, items))
        is_touched |= move_to_successors(person, market.successors, market.prices, market.price_date)
        if is_new_year:
            person["ytd"], person["hours_ytd"] = [], "0.0"
        return _pay(person, market) or is_touched or is_new_year

    return revise


def _pay(person: Document, market: _Market) -> bool:
    """Pay an active person for one period; says whether anything changed."""
    if person["status"] != "active":
        return False
    person["hours_ytd"] = f"{scaled(person['hours_ytd'], 1) // 10 + _PERIOD_HOURS}.0"
    _, money = payday_money(person, market.tiers)
    for source, cents in money.items():
        _contribute(person, source, cents, market)
    for loan in person["loans"]:
        paid = scaled(loan["payment"], 2) * _LOAN_PRINCIPAL_PERCENT // 100
        loan["balance"] = text_of_cents(max(0, scaled(loan["balance"], 2) - paid))
    return True


def payday_money(person: Document, tiers: list[tuple[int, int]]) -> tuple[int, dict[str, int]]:
    """Return the gross pay of one period and what is saved of it, in cents by source; nothing for who is not active."""
    if person["status"] != "active":
        return 0, {}
    gross = scaled(person["annual_compensation"], 2) // _PERIODS_A_YEAR
    room = _DEFERRAL_CENTS_MAX - sum(scaled(item["amount"], 2) for item in person["ytd"] if item["source"] != "MATCH")
    money: dict[str, int] = {}
    saved = 0
    for rate in person["contribution_rates"]:
        cents = min(_deferral(rate, gross), max(0, room - saved))
        saved += cents
        money[rate["source"]] = money.get(rate["source"], 0) + cents
    return gross, {**money, "MATCH": _match(saved, gross, tiers)}


def match_tiers(plan: Document) -> list[tuple[int, int]]:
    """Return a plan's match: percent of pay and percent matched of it, tier by tier."""
    tiers = plan["provisions"]["match"]["tiers"]
    return [(int(tier["contribution_percent"]), int(tier["match_percent"])) for tier in tiers]


def _deferral(rate: Document, gross: int) -> int:
    if rate["percent"] is None:
        return scaled(rate["amount"], 2)
    return gross * scaled(rate["percent"], _PERCENT_PLACES) // _PERCENT_SCALE


def _match(saved: int, gross: int, tiers: list[tuple[int, int]]) -> int:
    """Return the match in cents: each tier matches what was saved within its own slice of pay."""
    total = 0
    for percent_of_pay, match_percent in tiers:
        within = min(saved, gross * percent_of_pay // 100)
        total += within * match_percent // 100
        saved -= within
    return total


def _contribute(person: Document, source: str, cents: int, market: _Market) -> None:
    if cents <= 0:
        return
    elected = [item for item in person["allocations"] if item["source"] == source]
    # Percents may have decimals after a submission; only whole ones are split, the default fund takes anything else.
    if elected and all(item["percent"].isdecimal() for item in elected):
        shares = split_whole(cents, [int(item["percent"]) for item in elected])
        bought = [(item["fund"], share) for item, share in zip(elected, shares, strict=True)]
    else:
        retirement = int(person["birth_date"][:4]) + 65
        bought = [(next(fund for fund, last in market.defaults if retirement <= last), cents)]
    for fund, share in bought:
        price = market.prices[fund]
        _buy_units(person, (source, fund), units_for(share, price), (price, market.price_date))
    for item in person["ytd"]:
        if item["source"] == source:
            item["amount"] = text_of_cents(scaled(item["amount"], 2) + cents)
            return
    person["ytd"].append({"source": source, "amount": text_of_cents(cents)})


def _buy_units(person: Document, key: tuple[str, str], units: int, priced: tuple[int, str]) -> None:
    """Add units of a source and fund to a person's positions, at a price and its date."""
    for place, item in enumerate(person["balances"]):
        if (item["source"], item["fund"]) == key:
            person["balances"][place] = make_balance(key, scaled(item["units"], 6) + units, *priced)
            return
    person["balances"].append(make_balance(key, units, *priced))
