"""The words of a participant's change in English and Spanish: for mails, the confirmation report and the portal."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

Words = dict[str, str]
ENGLISH, SPANISH = "en", "es"
WORDS: dict[str, Words] = {
    ENGLISH: {
        "contribution_rate": "Contribution rate: {source}",
        "allocation": "Allocation of new money: {source}",
        "balance_transfer": "Transfer of money already there: {source}",
        "opt_out": "Saving from pay",
        "beneficiaries": "Beneficiaries",
        "name": "Name",
        "nothing": "Nothing known",
        "of_pay": "{number} % of pay",
        "dollars": "${number} each pay",
        "share": "{name}: {number} %",
        "units": "{name}: {number} units",
        "stop": "0 %: nothing from pay",
        "primary": "primary",
        "contingent": "contingent",
        "next_payroll": "the next payroll that can take it",
        "from_to": "from {before} to {after}",
        "title": "Confirmation of your changes",
        "subject": "Receipt",
        "plan": "Plan",
        "participant": "Participant",
        "asked_at": "Asked for",
        "effective": "Takes effect",
        "before": "Before",
        "after": "Asked for",
        "receipt": "Receipt",
        "sent": "These changes are on their way to the recordkeeper, the company that keeps the plan's accounts.",
        "keep": "Keep this report. Whoever asks about a change needs its receipt number.",
        "not_you": "If you did not ask for this, tell your employer today.",
        "page": "Page {number}",
        "id_ends_in": "id ends in {end}",
    },
    SPANISH: {
        "contribution_rate": "Porcentaje de contribución: {source}",
        "allocation": "Inversión del dinero nuevo: {source}",
        "balance_transfer": "Traslado del dinero que ya tiene: {source}",
        "opt_out": "Ahorro de su sueldo",
        "beneficiaries": "Beneficiarios",
        "name": "Nombre",
        "nothing": "No se conoce",
        "of_pay": "{number} % del sueldo",
        "dollars": "${number} de cada pago",
        "share": "{name}: {number} %",
        "units": "{name}: {number} unidades",
        "stop": "0 %: nada del sueldo",
        "primary": "principal",
        "contingent": "suplente",
        "next_payroll": "la próxima nómina que pueda incluirlo",
        "from_to": "de {before} a {after}",
        "title": "Confirmación de sus cambios",
        "subject": "Recibo",
        "plan": "Plan",
        "participant": "Participante",
        "asked_at": "Solicitado",
        "effective": "Entra en vigor",
        "before": "Antes",
        "after": "Solicitado",
        "receipt": "Recibo",
        "sent": "Estos cambios van en camino a la empresa que lleva las cuentas del plan.",
        "keep": "Guarde este informe. Para preguntar por un cambio hace falta su número de recibo.",
        "not_you": "Si usted no pidió estos cambios, avise hoy mismo a su empleador.",
        "page": "Página {number}",
        "id_ends_in": "el número termina en {end}",
    },
}
# Relationships as the Enrollment site asks for them, where the word of a language is not the code itself.
RELATIONSHIPS: dict[str, Words] = {
    SPANISH: {
        "spouse": "esposo o esposa",
        "child": "hijo o hija",
        "parent": "padre o madre",
        "sibling": "hermano o hermana",
        "trust": "fideicomiso",
        "estate": "sucesión",
        "other": "otra persona",
    },
}
MONTHS = {
    ENGLISH: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    SPANISH: (
        [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ]
    ),
}


def language_from(text: str | None) -> str:
    """The language of a code such as "es-mx"; English for one that has no words here."""
    code = (text or "").partition("-")[0]
    return code if code in WORDS else ENGLISH


def words_of(language: str) -> Words:
    """The words of a language; English where it has none."""
    return WORDS[language_from(language)]


def relationship_words(code: str, language: str) -> str:
    """A beneficiary's relationship; one that a recordkeeper calls otherwise stands for itself."""
    return RELATIONSHIPS.get(language_from(language), {}).get(code, code.replace("_", " "))


def day_words(day: date, language: str) -> str:
    """'Nov 22, 2026', '22 de noviembre de 2026'."""
    month = MONTHS[language_from(language)][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == SPANISH else f"{month} {day.day}, {day.year}"


def moment_words(moment: datetime, zone: str, language: str) -> str:
    """A day and a time with its zone, as the language writes it."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_words(local.date(), language)}, {local.hour % 12 or 12}:{local:%M %p} {local.tzname()}"
