"""Which plans name a questionnaire or a provider, in what participants see or in a draft."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from planbridge.plans.plan import Plan
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.version import PlanVersion


def plans_with_questionnaire(plans: QuerySet[Plan], questionnaire: Questionnaire) -> QuerySet[Plan]:
    """Those of the plans whose live version or draft names a questionnaire."""
    return _naming(plans, Q(paths__questionnaire_id=questionnaire.pk))


def plans_with_provider(plans: QuerySet[Plan], provider: ManagedAccountProvider) -> QuerySet[Plan]:
    """Those of the plans whose live version or draft names a managed-account provider."""
    return _naming(plans, Q(paths__provider__provider_id=provider.pk))


def _naming(plans: QuerySet[Plan], condition: Q) -> QuerySet[Plan]:
    current = Q(number=OuterRef("live_version")) | Q(number=OuterRef("draft_version"))
    versions = PlanVersion.objects.filter(current, condition, plan_id=OuterRef("pk"))
    return plans.filter(Exists(versions)).order_by("name", "pk")
