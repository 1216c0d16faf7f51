"""The steps of the Enrollment site, in their order: the one place that says what a participant is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from planbridge.enrollment.allocation_step import AllocationForm
from planbridge.enrollment.beneficiaries_step import BeneficiariesForm
from planbridge.enrollment.consent_step import ConsentForm, is_consent_needed
from planbridge.enrollment.goal_step import GoalForm
from planbridge.enrollment.greeting_step import GreetingForm
from planbridge.enrollment.managed_step import ManagedForm
from planbridge.enrollment.path_choice import is_transfer_asked, path_of
from planbridge.enrollment.path_step import PathForm, choices_of
from planbridge.enrollment.personal_step import PersonalForm
from planbridge.enrollment.questions_step import QuestionsForm
from planbridge.enrollment.rate_step import RateForm, saving_sources
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.transfer_step import TransferForm
from planbridge.enrollment.visit import Visit
from planbridge.plans.investment_paths import PathKind


def always(_visit: Visit) -> bool:
    """A step for everybody."""
    return True


@dataclass(frozen=True)
class Step:
    """One page: its question, its form, its template, who is asked.

    `title` is the question (the page's h1), `short` its name in the list of answers. A step with `has_effect` has a
    partial enrollment/<slug>_effect.html, filled from `StepForm.said`. A step that `follows` another is asked for its
    answer: whoever changes that one from check answers comes by it.
    """

    slug: str
    title: str | Promise
    short: str | Promise
    form: type[StepForm]
    template: str
    is_asked: Callable[[Visit], bool] = always
    has_effect: bool = False
    follows: str = ""


STEPS: tuple[Step, ...] = (
    Step(
        "greeting",
        gettext_lazy("Save for your retirement"),
        gettext_lazy("Welcome"),
        GreetingForm,
        "enrollment/greeting.html",
    ),
    Step(
        "personal",
        gettext_lazy("Is this you?"),
        gettext_lazy("Your name"),
        PersonalForm,
        "enrollment/personal.html",
    ),
    Step(
        "goal",
        gettext_lazy("When do you want to retire?"),
        gettext_lazy("Your goal"),
        GoalForm,
        "enrollment/goal.html",
        has_effect=True,
    ),
    Step(
        "rate",
        gettext_lazy("How much do you want to save?"),
        gettext_lazy("What you save"),
        RateForm,
        "enrollment/rate.html",
        has_effect=True,
        is_asked=lambda visit: bool(saving_sources(visit)),
    ),
    Step(
        "path",
        gettext_lazy("How do you want to invest?"),
        gettext_lazy("How you invest"),
        PathForm,
        "enrollment/path.html",
        has_effect=True,
        is_asked=lambda visit: bool(choices_of(visit)),
    ),
    Step(
        "questions",
        gettext_lazy("Which mix of funds fits you?"),
        gettext_lazy("Your questions"),
        QuestionsForm,
        "enrollment/questions.html",
        has_effect=True,
        is_asked=lambda visit: path_of(visit) == PathKind.HELP_ME_CHOOSE,
        follows="path",
    ),
    Step(
        "managed",
        gettext_lazy("Do you agree to the fee?"),
        gettext_lazy("Who manages your account"),
        ManagedForm,
        "enrollment/managed.html",
        is_asked=lambda visit: path_of(visit) == PathKind.MANAGE_IT_FOR_ME,
        follows="path",
    ),
    Step(
        "allocation",
        gettext_lazy("Where should new money go?"),
        gettext_lazy("Where new money goes"),
        AllocationForm,
        "enrollment/allocation.html",
        has_effect=True,
        is_asked=lambda visit: path_of(visit) == PathKind.CHOOSE_MYSELF,
        follows="path",
    ),
    Step(
        "transfer",
        gettext_lazy("Do you want to move the money you have?"),
        gettext_lazy("Moving money you have"),
        TransferForm,
        "enrollment/transfer.html",
        has_effect=True,
        is_asked=is_transfer_asked,
    ),
    Step(
        "beneficiaries",
        gettext_lazy("Who gets your money if you die?"),
        gettext_lazy("Your beneficiaries"),
        BeneficiariesForm,
        "enrollment/beneficiaries.html",
        has_effect=True,
    ),
    Step(
        "consent",
        gettext_lazy("Did your husband or wife agree?"),
        gettext_lazy("Consent of your husband or wife"),
        ConsentForm,
        "enrollment/consent.html",
        is_asked=is_consent_needed,
        follows="beneficiaries",
    ),
    Step(
        "check",
        gettext_lazy("Check your answers"),
        gettext_lazy("Check your answers"),
        StepForm,
        "enrollment/check.html",
    ),
    Step(
        "receipt",
        gettext_lazy("Your receipt"),
        gettext_lazy("Your receipt"),
        StepForm,
        "enrollment/receipt.html",
    ),
)
WITHOUT_QUESTION = frozenset({"check", "receipt"})  # they have views of their own
FIRST = STEPS[0].slug


def step_of(slug: str) -> Step | None:
    """The step with this slug; None when there is none."""
    return next((one for one in STEPS if one.slug == slug), None)


def asked_steps(visit: Visit) -> list[Step]:
    """The steps that this participant is asked, the receipt left out."""
    return [one for one in STEPS if one.slug != "receipt" and one.is_asked(visit)]


def next_slug(visit: Visit, slug: str) -> str:
    """The step after one; check answers after the last, and for a step that is not asked (any more)."""
    slugs = [one.slug for one in asked_steps(visit)]
    return slugs[slugs.index(slug) + 1] if slug in slugs[:-1] else "check"


def follow_up(visit: Visit, slug: str) -> str:
    """The step that is asked for the answer just given to another; empty when there is none."""
    return next((one.slug for one in asked_steps(visit) if one.follows == slug), "")


def previous_slug(visit: Visit, slug: str) -> str:
    """The step before one; empty for the first."""
    slugs = [one.slug for one in asked_steps(visit)]
    return slugs[slugs.index(slug) - 1] if slug in slugs[1:] else ""
