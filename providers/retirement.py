"""When a model goes: a warning before its date, a clear refusal after it. Dates hold at the vendor's own address."""

from datetime import date, timedelta

from providers.base import ModelTerms

WARNED_BEFORE = timedelta(days=60)


def refusal(terms: ModelTerms, *, on: date, is_official: bool) -> str:
    """Why `terms` cannot be used on `on`, and what to use instead; "" while it can.

    Another server that speaks the protocol may go on with a model that its maker retired: that server is asked.
    """
    if not is_official or not terms.is_retired(on):
        return ""
    return f"{terms.label} is retired since {terms.retires_on}.{_instead(terms)}"


def warning(terms: ModelTerms, *, on: date, is_official: bool) -> str:
    """What to know before its last day, and of a model that lives on elsewhere; "" when there is nothing."""
    if terms.retires_on is None:
        return ""
    if terms.is_retired(on):
        return "" if is_official else f"Its maker retired it on {terms.retires_on}; this server may go on with it."
    if terms.retires_on - on <= WARNED_BEFORE:
        return f"{terms.label} retires on {terms.retires_on}.{_instead(terms)}"
    return ""


def _instead(terms: ModelTerms) -> str:
    return f" Use {terms.replacement} instead." if terms.replacement else ""
