"""What another threshold or route would have done to past takes: tables worked out by hand."""

from dataclasses import replace

import pytest

from reviews.rules.dials import Dial, Reading
from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.queues import Queue
from reviews.rules.severity import Route, Severity
from reviews.rules.simulation import (
    Answer,
    Instruments,
    PastRun,
    PastTake,
    Seen,
    answer_of,
    move,
    place_of,
    simulate,
    turn,
)

MORE = Dial("above", "levels", 0, 10, 1, labels=("found",), reading=Reading.DECIDES)
FEWER = replace(MORE, parameter="below", higher_is_worse=False)


def run(measured, *, at=5.0, found=None, name="above", version=1, status="", scores=(), **parameters) -> PastRun:
    """A run with threshold `at`; `found`: how many findings of the dial's label, by default as the number says."""
    count = int(measured is not None and measured > at) if found is None else found
    given = scores or (measured,) * count
    findings = tuple(Seen("found", score, Severity.MAJOR, Route.REVIEW) for score in given)
    said = status or ("findings" if findings else "clean")
    return PastRun("check", version, {name: at} | parameters, said, measured, findings=findings)


def answer(dial, past, threshold, **parameters):
    return answer_of(dial, past, 1, {dial.parameter: threshold} | parameters)


@pytest.mark.parametrize(
    ("measured", "was_at", "now_at", "expected"),
    [
        (6.0, 5.0, 5.0, Answer.SAME),  # nothing was turned
        (6.0, 5.0, 7.0, Answer.NO_LONGER),
        (6.0, 5.0, 5.5, Answer.SAME),  # still found
        (4.0, 5.0, 3.0, Answer.NEWLY),
        (4.0, 5.0, 4.5, Answer.SAME),  # still not
        (6.0, 5.0, 6.0, Answer.NO_LONGER),  # the threshold itself does not count
        (4.0, 5.0, 4.0, Answer.SAME),
    ],
)
def test_a_number_that_decides_answers_exactly(measured, was_at, now_at, expected):
    assert answer(MORE, run(measured, at=was_at), now_at) == expected


@pytest.mark.parametrize(
    ("measured", "now_at", "expected"),
    [(6.0, 6.0, Answer.SAME), (4.0, 4.0, Answer.NEWLY), (5.0, 5.1, Answer.NO_LONGER)],
)
def test_where_the_threshold_itself_counts_it_is_found(measured, now_at, expected):
    assert answer(replace(MORE, counts_itself=True), run(measured), now_at) == expected


@pytest.mark.parametrize(
    ("measured", "now_at", "expected"),
    [
        (4.0, 3.0, Answer.NO_LONGER),
        (6.0, 7.0, Answer.NEWLY),
        (4.0, 4.0, Answer.NO_LONGER),
        (6.0, 3.0, Answer.SAME),
        (4.0, 9.0, Answer.SAME),
    ],
)
def test_where_little_is_worse_it_is_the_other_way_round(measured, now_at, expected):
    found = int(measured < 5)
    assert answer(FEWER, run(measured, found=found, name="below"), now_at) == expected


NEEDED, USUAL, CUT = (replace(MORE, reading=reading) for reading in (Reading.NEEDED, Reading.USUAL, Reading.CUT))


@pytest.mark.parametrize(
    ("dial", "past", "now_at", "expected"),
    [
        # The worst moment is needed and not enough.
        (NEEDED, run(6.0, found=1), 7.0, Answer.NO_LONGER),
        (NEEDED, run(8.0, found=1), 7.0, Answer.NOT_TOLD),  # it may not last any more
        (NEEDED, run(6.0, found=1), 4.0, Answer.SAME),  # more is to be found: it stays found
        (NEEDED, run(6.0, found=0), 4.0, Answer.NOT_TOLD),  # it may last now
        (NEEDED, run(4.0, found=0), 4.5, Answer.SAME),
        (NEEDED, run(6.0, found=0), 7.0, Answer.SAME),  # less is to be found: it stays away
        # The usual level says little of the worst stretch; the scores of what was found do.
        (USUAL, run(2.0, scores=(6.0, 6.5)), 7.0, Answer.NO_LONGER),
        (USUAL, run(2.0, scores=(6.0, 7.5)), 7.0, Answer.NOT_TOLD),
        (USUAL, run(2.0, scores=(6.0,) * 5), 7.0, Answer.NOT_TOLD),  # more may have been found than was kept
        (USUAL, run(2.0, scores=(None,)), 7.0, Answer.NOT_TOLD),
        (USUAL, run(2.0, found=0), 3.0, Answer.NOT_TOLD),
        (USUAL, run(2.0, found=0), 7.0, Answer.SAME),
        (USUAL, run(2.0, scores=(6.0,)), 3.0, Answer.SAME),
        # Cut off at the threshold of the day: only the direction says something.
        (CUT, run(0.0, found=0), 3.0, Answer.NOT_TOLD),
        (CUT, run(6.0, found=1), 7.0, Answer.NOT_TOLD),
        (CUT, run(6.0, found=1), 3.0, Answer.SAME),
        (CUT, run(0.0, found=0), 7.0, Answer.SAME),
        # What is found may become something else: not even the direction says anything.
        (replace(NEEDED, keeps=False), run(6.0, found=1), 4.0, Answer.NOT_TOLD),
        (replace(NEEDED, keeps=False), run(6.0, found=1), 7.0, Answer.NO_LONGER),
    ],
)
def test_what_the_number_does_not_decide_is_not_guessed(dial, past, now_at, expected):
    assert answer(dial, past, now_at) == expected


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (None, Answer.NEVER),
        (run(None, status="failed"), Answer.NEVER),
        (run(None, found=0), Answer.NEVER),  # an instrument that kept no number yet
        (replace(run(None, status="skipped"), unable=True), Answer.NEVER),
        (run(None, status="skipped"), Answer.SAME),  # nothing to measure, at whatever threshold
        (run(6.0, version=2), Answer.OTHERWISE),
        (run(6.0, other=3), Answer.OTHERWISE),
        (run(6.0, name="another"), Answer.OTHERWISE),
        (run(None, status="skipped", version=2), Answer.SAME),
    ],
)
def test_what_was_not_measured_like_that_is_said(past, expected):
    assert answer(MORE, past, 7.0) == expected


def test_it_counts_and_names_the_takes():
    takes = [
        PastTake(1, (run(6.0),)),
        PastTake(2, (run(8.0),)),
        PastTake(3, (run(4.0),)),
        PastTake(4, (run(6.0, version=2),)),
        PastTake(5, ()),
        PastTake(6, (run(6.5),)),
    ]
    known = Instruments({"check": 1}, {"check": MORE}, {"check": {"above": 5.0}}, {"check": {"above": 7.0}})
    outcome = turn("check", MORE, known, takes)
    assert (outcome.before, outcome.after) == (5.0, 7.0)
    assert (outcome.newly, outcome.no_longer, outcome.same) == ((), (1, 6), 2)
    assert outcome.untold == {
        "it was measured by another version or with other settings": 1,
        "it was never measured": 1,
    }


NOTE = RuleTerms("noise", "noise", {}, Severity.MINOR, Route.NOTE)
CUTS = RuleTerms("hard_cuts", "cut", {}, Severity.MAJOR, Route.REVIEW)
HOUSE = PolicyTerms("house", 1, (NOTE, CUTS))


def take(key: int, **labels: str) -> PastTake:
    """A take on which these checks found these labels; the others looked and found nothing."""
    found = {check: (Seen(label, 1.0, Severity.MINOR, Route.NOTE),) for check, label in labels.items()}
    return PastTake(
        key,
        tuple(
            PastRun(check, 1, {}, "findings" if check in found else "clean", findings=found.get(check, ()))
            for check in ("noise", "hard_cuts")
        ),
    )


CLEAN, NOISY, CUT_UP = take(1), take(2, noise="noise"), take(3, hard_cuts="cut")


@pytest.mark.parametrize(
    ("new", "moved"),
    [
        (HOUSE, {}),
        (replace(HOUSE, rules=(replace(NOTE, route=Route.REVIEW), CUTS)), {(Queue.EDITOR, Queue.FLAGGED): (2,)}),
        (replace(HOUSE, rules=(replace(NOTE, route=Route.BLOCK), CUTS)), {(Queue.EDITOR, Queue.ESCALATIONS): (2,)}),
        (replace(HOUSE, rules=(NOTE, replace(CUTS, route=Route.NOTE))), {(Queue.FLAGGED, Queue.EDITOR): (3,)}),
        (replace(HOUSE, rules=(NOTE, replace(CUTS, severity=Severity.INFO))), {}),  # severity alone moves nobody
        (replace(HOUSE, off=frozenset({"hard_cuts"})), {(Queue.FLAGGED, Queue.EDITOR): (3,)}),
    ],
)
def test_routes_move_takes_between_the_queues(new, moved):
    moves = move(HOUSE, new, [CLEAN, NOISY, CUT_UP])
    assert (moves.moved, moves.same, moves.untold) == (moved, 3 - len(moved), ())


def test_a_required_check_that_was_skipped_needs_a_person():
    skipped = PastTake(4, (PastRun("noise", 1, {}, "skipped"),))
    assert place_of(skipped, HOUSE) == Queue.EDITOR
    assert place_of(skipped, replace(HOUSE, required=frozenset({"noise"}))) == Queue.FLAGGED


def test_a_check_that_is_off_is_not_missed():
    failed = PastTake(4, (PastRun("noise", 1, {}, "failed"),))
    assert place_of(failed, HOUSE) == Queue.FLAGGED
    assert place_of(failed, replace(HOUSE, off=frozenset({"noise"}))) == Queue.EDITOR


def test_a_check_that_never_looked_moves_nobody_before_it_has():
    new = replace(HOUSE, rules=(*HOUSE.rules, RuleTerms("blur", "soft_clip")))
    assert move(HOUSE, new, [CLEAN]).untold == (1,)


def test_where_more_was_found_than_is_kept_nothing_is_promised():
    seen = Seen("noise", 1.0, Severity.MINOR, Route.NOTE)
    full = PastTake(5, (PastRun("noise", 1, {}, "findings", findings=(seen,) * 5),))
    moved = replace(HOUSE, rules=(replace(NOTE, route=Route.REVIEW), CUTS))
    assert move(HOUSE, moved, [full]).untold == (5,)
    assert move(HOUSE, replace(HOUSE, off=frozenset({"hard_cuts"})), [full]).untold == ()


def test_a_finding_that_another_explains_stops_nothing():
    seen = Seen("cut", 1.0, Severity.MAJOR, Route.REVIEW, is_shown=False)
    assert place_of(PastTake(6, (PastRun("hard_cuts", 1, {}, "clean", findings=(seen,)),)), HOUSE) == Queue.EDITOR


def test_an_unreadable_file_blocks_whatever_the_policy_says():
    seen = Seen("unreadable", None, Severity.BLOCKING, Route.BLOCK)
    lenient = replace(HOUSE, rules=(RuleTerms("container", "unreadable", {}, Severity.INFO, Route.NOTE),))
    broken = PastTake(7, (PastRun("container", 1, {}, "findings", findings=(seen,)),))
    assert place_of(broken, lenient) == Queue.ESCALATIONS


def test_a_parameter_that_is_no_dial_is_named_and_not_guessed():
    known = Instruments(
        {"check": 1},
        {"check": MORE},
        {"check": {"above": 5.0, "lasts": 1}, "gone": {"a": 1}},
        {"check": {"above": 5.0, "lasts": 2}, "fresh": {"b": 1}},
    )
    simulated = simulate(HOUSE, HOUSE, [CLEAN], known)
    assert (simulated.dials, simulated.unsimulated) == ((), {"check": ("lasts",)})
