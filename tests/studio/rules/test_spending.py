from decimal import Decimal

import pytest

from studio.rules.generation import GenerationState as State
from studio.rules.spending import spent

ESTIMATE, BILL = Decimal("0.0400"), Decimal("0.0300")


@pytest.mark.parametrize("state", State)
def test_a_bill_counts_whatever_the_state(state):
    assert spent(state, estimated=ESTIMATE, billed=BILL) == BILL


@pytest.mark.parametrize("state", [State.RESERVED, State.SENDING, State.SUBMITTED, State.RUNNING, State.UNKNOWN])
def test_without_a_bill_the_estimate_counts_while_it_may_still_be_charged(state):
    assert spent(state, estimated=ESTIMATE, billed=None) == ESTIMATE


@pytest.mark.parametrize("state", [State.REFUSED, State.FAILED, State.CANCELLED])
def test_what_ended_without_a_bill_cost_nothing(state):
    assert spent(state, estimated=ESTIMATE, billed=None) == 0
