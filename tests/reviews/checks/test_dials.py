"""The dials of the instruments: each turns a parameter that exists, over labels that the house policy knows."""

import pytest

from reviews.checks.registry import CHECKS, parameters_of
from reviews.rules.policy import load_policy

WITH_DIAL = [kind for kind in CHECKS if kind.dial]


@pytest.mark.parametrize("kind", WITH_DIAL, ids=lambda kind: kind.key)
def test_it_turns_a_parameter_of_its_instrument_around_the_default(kind):
    default = parameters_of(kind)[kind.dial.parameter]
    assert kind.dial.low <= default <= kind.dial.high
    assert kind.dial.step > 0


@pytest.mark.parametrize("kind", WITH_DIAL, ids=lambda kind: kind.key)
def test_it_names_labels_that_the_house_policy_has(kind):
    known = {rule.label for rule in load_policy().rules_of(kind.key)}
    assert kind.dial.labels
    assert {*kind.dial.labels, *kind.dial.beside} <= known
    assert not {*kind.dial.labels} & {*kind.dial.beside}
