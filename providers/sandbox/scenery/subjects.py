"""Every subject that a prompt can name, by its word."""

from collections.abc import Callable, Mapping

from providers.sandbox.scenery.creatures import birds, person, quadruped
from providers.sandbox.scenery.landmarks import fire, house, lighthouse
from providers.sandbox.scenery.subject import Look, Subject
from providers.sandbox.scenery.vehicles import balloon, boat, car, train

SUBJECT_DRAWERS: Mapping[str, Callable[[int, Look], Subject]] = {
    "car": car,
    "train": train,
    "person": person,
    "cat": lambda unit, look: quadruped(unit, look, is_cat=True),
    "dog": lambda unit, look: quadruped(unit, look, is_cat=False),
    "boat": boat,
    "balloon": balloon,
    "lighthouse": lighthouse,
    "house": house,
    "fire": fire,
    "birds": birds,
}
