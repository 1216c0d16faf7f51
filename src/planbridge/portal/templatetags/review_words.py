"""Who did something, and what people remarked on a draft, as pages show it."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from planbridge.plans.draft import RECORDKEEPER
from planbridge.plans.review import ItemComment
from planbridge.portal.templatetags.portal import moment

register = template.Library()

ACTORS = {RECORDKEEPER: "the recordkeeper", "cli": "the command line"}


@register.simple_tag
def comment_list(remarks: tuple[ItemComment, ...]) -> SafeString:
    """Comments, the oldest first."""
    if not remarks:
        return mark_safe("")
    lines = ((one.text, who(one.by), moment(one.at)) for one in remarks)
    line = '<li><span class="comment-text">{}</span> <span class="text-secondary">{}, {}</span></li>'
    return format_html('<ul class="comments">{}</ul>', format_html_join("", line, lines))


@register.filter
def who(actor: str) -> str:
    """Who did something, as a page says it."""
    return ACTORS.get(actor, actor)
