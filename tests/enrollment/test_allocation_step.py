"""The path, allocation, transfer and provider steps: where new money goes and what is moved."""

from decimal import Decimal
from typing import Any

import pytest

from planbridge.enrollment.allocation_step import AllocationForm
from planbridge.enrollment.answered import elections_of, objections_of, wishes_answered
from planbridge.enrollment.managed_step import ManagedForm
from planbridge.enrollment.path_choice import is_transfer_asked
from planbridge.enrollment.path_step import PathForm, choices_of
from planbridge.enrollment.transfer_step import TransferForm
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections
from tests.enrollment.visits import PROVISIONS, newcomer, visit

CHOOSE = {"path": {"path": "choose_myself"}}


def allocations(one: Visit) -> dict[str, dict[str, str]]:
    """The splits that the answers ask for, as texts."""
    return {
        source: {fund: str(share) for fund, share in split.items()}
        for source, split in elections_of(one).allocations.items()
    }


def test_the_paths_that_are_offered() -> None:
    """EN-1: every path of the plan that this person can take is offered; keeping the split to whoever has one."""
    assert choices_of(visit()) == [
        "keep",
        "default_investment",
        "manage_it_for_me",
        "help_me_choose",
        "choose_myself",
    ]
    assert choices_of(newcomer())[0] == "default_investment"
    assert PathForm(visit())["path"].value() == "keep"
    assert not PathForm(newcomer(), {}).is_valid()
    assert not PathForm(newcomer(), {"path": "keep"}).is_valid()


def test_the_default_investment() -> None:
    """EN-1: Default Investment puts all new money of every source into the person's fund."""
    form = PathForm(newcomer(), {"path": "default_investment"})
    assert form.is_valid()
    assert form.said()["fund"] == "Target 2045 Fund"
    answers = {"path": form.answer(), "rate": {"rates": {"PRE": {"percent": "5"}}}}
    assert allocations(newcomer(answers)) == {"PRE": {"TD45": "100"}, "MATCH": {"TD45": "100"}}
    # Whoever then saves in another source too has that one split in the same way.
    answers["rate"] = {"rates": {"PRE": {"percent": "5"}, "ROTH": {"amount": "20"}}}
    assert set(allocations(newcomer(answers))) == {"PRE", "ROTH", "MATCH"}


def test_keeping_the_split_is_no_wish() -> None:
    """EN-1: keeping what there is asks for nothing, also when funds were chosen before on the other path."""
    answers = CHOOSE | {"allocation": {"way": "same", "split": {"EQ3": "100"}}}
    assert len(wishes_answered(visit(answers))) == 2
    assert wishes_answered(visit(answers | {"path": {"path": "keep"}})) == []


@pytest.mark.parametrize(
    ("typed", "valid"),
    [
        ({"share::TD45": "40", "share::EQ3": "60"}, True),
        ({"share::TD45": "33.34", "share::EQ3": "66.66"}, True),
        ({"share::TD45": "33.33", "share::EQ3": "66.66"}, False),
        ({"share::TD45": "100", "share::EQ3": ""}, True),
        ({"share::TD45": "", "share::EQ3": ""}, False),
        ({"share::TD45": "100", "share::EQ3": "1"}, False),
        ({"share::TD45": "101"}, False),
        ({"share::TD45": "100", "share::OLD": "50"}, True),  # a fund that is not offered has no box
    ],
)
def test_a_split_totals_100(typed: dict[str, str], valid: bool) -> None:
    """EN-4: the boxes of a split total exactly 100 %, not a cent of a percent more or less."""
    form = AllocationForm(visit(CHOOSE), {"way": "same", **typed})
    assert form.is_valid() is valid
    if valid:
        assert sum(Decimal(one) for one in form.answer()["split"].values()) == 100


def test_splits_by_source() -> None:
    """EN-4: split by source, each source totals 100 %; the one that does not is named."""
    typed = {"way": "by_source", "share:PRE:TD45": "100", "share:MATCH:EQ3": "90", "share::TD45": "7"}
    form = AllocationForm(visit(CHOOSE), typed)
    assert not form.is_valid()
    assert form.non_field_errors() == [
        "Your choices for Employer match add up to 90 %. They must add up to exactly 100 %."
    ]
    assert [one["sentence"] for one in form.said()["totals"]] == [
        "All of it is given out.",
        "10 % is left to give out.",
    ]
    form = AllocationForm(visit(CHOOSE), typed | {"share:MATCH:EQ3": "100"})
    assert form.is_valid()
    found = visit(CHOOSE | {"allocation": form.answer()})
    assert allocations(found) == {"PRE": {"TD45": "100"}, "MATCH": {"EQ3": "100"}}
    assert [one.source for one in wishes_answered(found)] == ["MATCH"]  # PRE is split like that already


def test_a_newcomer_must_choose() -> None:
    """EN-1: the boxes begin with the split held; a newcomer has none, and Continue alone is no answer."""
    assert AllocationForm(visit(CHOOSE))["share::TD45"].value() == "100"
    assert not AllocationForm(newcomer(CHOOSE), {"way": "same"}).is_valid()


def transfer(one: Visit, choice: str, **typed: str) -> TransferForm:
    """The transfer form with a choice and shares by fund."""
    return TransferForm(one, {"choice": choice, **{f"share::{fund}": share for fund, share in typed.items()}})


def test_what_is_there_stays_or_moves() -> None:
    """EN-1: money that is there stays, goes as new money goes, or otherwise, every source of it; only a move is a wish."""
    answers = CHOOSE | {"allocation": {"way": "same", "split": {"EQ3": "100"}}}

    def moved(form: TransferForm) -> Any:
        assert form.is_valid(), form.errors
        return elections_of(visit(answers | {"transfer": form.answer()})).transfers

    assert moved(transfer(visit(answers), "keep")) == {}
    assert moved(transfer(visit(answers), "like_new")) == {source: {"EQ3": 100} for source in ("PRE", "MATCH")}
    other = moved(transfer(visit(answers), "other", TD45="50", EQ3="50"))
    assert other == {source: {"TD45": 50, "EQ3": 50} for source in ("PRE", "MATCH")}
    assert not transfer(visit(answers), "other", TD45="50").is_valid()
    assert not TransferForm(visit(answers), {}).is_valid()


def test_each_kind_of_money_moves_its_own_way() -> None:
    """EN-4: a balance is moved by source where somebody chooses so: each 100 %, one left empty stays; only moves are wishes."""
    typed = {"choice": "by_source", "share:PRE:TD45": "30", "share:PRE:EQ3": "70", "share::TD45": "100"}
    form = TransferForm(visit(), typed)
    assert form.is_valid(), form.errors
    said = form.said()
    assert (said["total"], [one["title"] for one in said["moved"]]) == ("$1,850.50", ["Employee pre-tax"])
    moved = visit({"transfer": form.answer()})
    assert elections_of(moved).transfers == {"PRE": {"TD45": 30, "EQ3": 70}}
    assert [(one.kind, one.source) for one in wishes_answered(moved)] == [("balance_transfer", "PRE")]
    assert [name for name in TransferForm(moved).fields if TransferForm(moved)[name].value() in {"30", "70"}] == [
        "share:PRE:TD45",
        "share:PRE:EQ3",
    ]
    two = TransferForm(visit(), typed | {"share:MATCH:TD45": "90"})
    assert two.non_field_errors() == [
        "Your choices for Employer match add up to 90 %. They must add up to exactly 100 %."
    ]
    assert "choice" in TransferForm(visit(), {"choice": "by_source"}).errors
    one_source = visit(balances_usd={("PRE", "TD45"): Decimal(100)})
    assert "choice" in TransferForm(one_source, typed).errors
    assert TransferForm(one_source).boxes_by_source() == []


def test_nothing_is_sold_to_be_bought_again() -> None:
    """EN-1: money that is all in the one fund it would go to is not moved, and the page says so."""
    chosen = visit(
        CHOOSE | {"allocation": {"way": "same", "split": {"TD45": "100"}}, "transfer": {"choice": "like_new"}}
    )
    assert elections_of(chosen).transfers == {"MATCH": {"TD45": 100}}
    only_there = visit(dict(chosen.answers), balances_usd={("PRE", "TD45"): Decimal(100)})
    assert elections_of(only_there).transfers == {}
    assert transfer(only_there, "like_new").said()["is_there_already"]
    assert not transfer(chosen, "like_new").said()["is_there_already"]


def test_who_is_asked_to_move_money() -> None:
    """EN-1: only where the plan permits it and there is money; not while somebody else manages it."""
    assert is_transfer_asked(visit())
    assert not is_transfer_asked(newcomer())
    assert not is_transfer_asked(visit(provisions=dict(PROVISIONS) | {"balance_transfer": None}))
    managed = {"path": {"path": "manage_it_for_me"}, "transfer": {"choice": "other", "split": {"EQ3": "100"}}}
    assert not is_transfer_asked(visit(managed))
    assert wishes_answered(visit(managed)) == []


def test_like_new_needs_new_money() -> None:
    """EN-1: without a split of new money nothing can move like it."""
    bare = visit(elections=Elections())
    form = transfer(bare, "like_new")
    assert not form.is_valid()
    assert "choice" in form.errors


def test_the_fee_is_agreed_to() -> None:
    """EN-1: the provider's fee is shown in dollars and must be agreed to; another fee must be agreed to again."""
    form = ManagedForm(visit(), {})
    assert not form.is_valid()
    assert (form.said()["fee"], form.said()["fee_year"]) == ("0.45 %", "$10.58")  # of $2,350.75
    agreed = ManagedForm(visit(), {"is_accepted": "on"})
    assert agreed.is_valid()
    assert agreed.answer() == {"is_accepted": True, "provider_id": 3, "fee_percent": "0.45"}
    assert ManagedForm(visit({"managed": agreed.answer()}))["is_accepted"].value() is True
    dearer = agreed.answer() | {"fee_percent": "0.40"}
    assert ManagedForm(visit({"managed": dearer}))["is_accepted"].value() is False


def test_a_fund_that_closed_meanwhile_is_named() -> None:
    """EN-4: an answer into a fund that takes no money any more is refused at its step when it is checked as a whole."""
    answers = CHOOSE | {"allocation": {"way": "same", "split": {"OLD": "100"}}}
    found = objections_of(visit(answers))
    assert {(one.slug, one.objection.code) for one in found} == {("allocation", "FUND_NOT_OPEN")}
