"""What a simulation says survives its storage, and does not grow with the takes."""

import json
from datetime import UTC, datetime

import pytest

from reviews.rules.queues import Queue
from reviews.rules.simulated import MOST_EXAMPLES, Example, Moved, Simulated, Takes, TurnedDial

SOFT = Example("6a0c", "Soft", "rejected", "finding confirmed")
NONE = Takes(0, (), ())
DIAL = TurnedDial(
    check="blur",
    parameter="soft_above",
    unit="of 1",
    before=0.8,
    after=0.9,
    labels=("soft_clip",),
    beside=("soft_stretch", "upscaled"),
    newly=NONE,
    no_longer=Takes(2, (("rejected", 2), ("finding confirmed", 1)), (SOFT, Example("77", "Fog", "rejected"))),
    same=3,
    untold=(("it was never measured", 4), ("what was measured does not decide it", 1)),
)
TOLD = Simulated(
    at=datetime(2026, 3, 4, 10, 30, 15, 250, tzinfo=UTC),
    asked=10,
    total=12,
    dials=(DIAL,),
    moves=(
        Moved(Queue.EDITOR, Queue.ESCALATIONS, Takes(1, (("rejected", 1),), (Example("6a0c", "Soft", "rejected"),))),
    ),
    untold_moves=2,
    unsimulated=(("noise", ("plane", "window_seconds")),),
    fresh=("collapse",),
)


def stored(told: Simulated = TOLD) -> dict:
    """As a column of JSON gives it back."""
    return json.loads(json.dumps(told.as_json()))


def test_it_comes_back_as_it_was_stored():
    assert Simulated.from_json(stored()) == TOLD


def test_so_does_one_that_tells_nothing():
    empty = Simulated(TOLD.at, 0, 0, (), (), 0, (), ())
    assert Simulated.from_json(stored(empty)) == empty


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda document: document.pop("asked"), KeyError),
        (lambda document: document.update(at="yesterday"), ValueError),
        (lambda document: document["moves"][0].update(after="nowhere"), ValueError),
        (lambda document: document["dials"][0].update(guess=1), TypeError),
    ],
)
def test_anything_else_is_refused(spoil, error):
    document = stored()
    spoil(document)
    with pytest.raises(error):
        Simulated.from_json(document)


def test_all_takes_are_counted_and_a_few_are_named():
    takes = [
        Example(str(key), f"Take {key}", "approved" if key < 5 else "rejected") for key in range(MOST_EXAMPLES + 3)
    ]
    told = Takes.of(takes)
    assert (told.count, told.judged, told.more) == (15, (("approved", 5), ("rejected", 10)), 3)
    assert told.examples == tuple(takes[:12])


def test_what_cannot_be_told_is_summed_over_its_reasons():
    assert DIAL.need_a_recheck == 5


def test_takes_move_between_people():
    assert (TOLD.moves[0].from_whom, TOLD.moves[0].to_whom) == ("editor", "moderator")
