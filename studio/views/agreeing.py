"""The cost that a person saw on the button, signed, so that the press says what was agreed to."""

from decimal import Decimal

from django.core import signing

SALT = "agreed-cost"


def sign_cost(cost: Decimal) -> str:
    return signing.dumps(str(cost), salt=SALT)


def agreed_cost(signed: str) -> Decimal | None:
    """The cost that was on the button; None when there was none or the signature is not ours."""
    try:
        return Decimal(signing.loads(signed, salt=SALT))
    except signing.BadSignature:
        return None
