"""Lets a plan offer all four investment paths; run in a process of its own against a running installation."""

from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.drafting import place_state
from planbridge.plans.investment_paths import PathKind
from planbridge.plans.lifecycle import activate_plan, create_draft, edit_draft, waiting_draft
from planbridge.plans.models import Plan
from planbridge.plans.providers import add_provider
from planbridge.plans.questionnaires import clone_questionnaire, finalize_questionnaire, seen_as
from planbridge.security.firm import only_firm

ACTOR = "test"
PROVIDER = "Steady Hand Advice"
DISCLOSURE = "Advice can be wrong. You may lose money. You can leave at any time."


def offer_all_paths(external_plan_id: str) -> None:
    """Give a plan the shipped questions, a portfolio for each half of their scores and a provider, and activate it."""
    plan = Plan.objects.get(external_plan_id=external_plan_id)
    asked = clone_questionnaire(only_firm(), None, actor=ACTOR)
    asked = finalize_questionnaire(asked, seen=seen_as(asked), actor=ACTOR)
    provider = add_provider(only_firm(), PROVIDER, actor=ACTOR)
    draft = create_draft(plan, actor=ACTOR)
    first, second = [one.fund for one in draft.content.lineup.funds if one.status == "open"][:2]
    middle = (asked.score_min + asked.score_max) // 2
    described = {
        "provider_id": provider.pk,
        "name": PROVIDER,
        "methodology": "Your age and balance decide how much of it is in stocks.",
        "fee_percent": "0.35",
        "fee_note": "",
        "disclosure": DISCLOSURE,
    }
    for place, value in (
        (f"paths.{PathKind.HELP_ME_CHOOSE}", True),
        (f"paths.{PathKind.MANAGE_IT_FOR_ME}", True),
        ("questionnaire", asked.pk),
        ("portfolios.calm", portfolio("Calm", {first: "80", second: "20"})),
        ("portfolios.bold", portfolio("Bold", {first: "25", second: "75"})),
        (
            "score_ranges",
            [
                {"score_from": asked.score_min, "score_to": middle, "portfolio": "calm"},
                {"score_from": middle + 1, "score_to": asked.score_max, "portfolio": "bold"},
            ],
        ),
        ("provider", described),
    ):
        edit(plan, place, value)
    activate_plan(plan, actor=ACTOR, facts=activation_facts(plan), accepts_rest=True)


def portfolio(name: str, percents: dict[str, str]) -> dict[str, object]:
    """A portfolio as JSON."""
    funds = [{"fund": fund, "percent": percent} for fund, percent in percents.items()]
    return {"name": name, "description": f"{name} it is.", "funds": funds}


def edit(plan: Plan, place: str, value: object) -> None:
    """Edit a place of the draft as it stands."""
    draft = waiting_draft(plan)
    assert draft is not None
    edit_draft(plan, place, value, seen=place_state(draft, place).version, actor=ACTOR)
