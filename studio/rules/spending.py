"""What a paid call counts for, in US dollars."""

from decimal import Decimal

from studio.rules.generation import GenerationState, is_final

NOTHING = Decimal("0.0000")


def spent(state: GenerationState, *, estimated: Decimal, billed: Decimal | None) -> Decimal:
    """The bill where there is one; else the estimate while the call may still be charged, and nothing after."""
    if billed is not None:
        return billed
    return NOTHING if is_final(state) else estimated
