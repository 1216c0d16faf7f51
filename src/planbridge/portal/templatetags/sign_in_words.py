"""allauth's words as ours: passkeys are called so, and headings, labels and buttons stand in sentence case."""

from django import forms, template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
PASSKEYS = {"security key": "passkey", "Security key": "Passkey", "Security Key": "Passkey"}
USED_LINK = {"Bad Token": "This link no longer works"}


@register.filter(is_safe=True)
def with_passkeys(text: SafeString) -> SafeString:
    """A piece of a page, its security keys called passkeys."""
    for theirs, ours in PASSKEYS.items():
        text = mark_safe(text.replace(theirs, ours))  # noqa: S308 - rendered already; the words put in are ours
    return text


@register.filter(is_safe=True)
def in_sentence_case(text: SafeString) -> SafeString:
    """A heading or the word of a button: "Sign Out Other Sessions" is "Sign out other sessions", IP stays IP."""
    words_of_theirs = with_passkeys(text).strip()
    first, *rest = USED_LINK.get(words_of_theirs, words_of_theirs).split() or [""]
    words = [first.capitalize() if first.istitle() else first, *(one.lower() if one.istitle() else one for one in rest)]
    return mark_safe(" ".join(words))  # noqa: S308 - as above


@register.filter
def labeled_in_sentence_case(form: forms.BaseForm) -> forms.BaseForm:
    """A form whose labels, and what stands in its empty fields, are in sentence case: "Current password"."""
    for bound in form:
        bound.label = in_sentence_case(conditional_escape(bound.label))
        typed = bound.field.widget.attrs
        if "placeholder" in typed:
            typed["placeholder"] = in_sentence_case(conditional_escape(typed["placeholder"]))
    return form
