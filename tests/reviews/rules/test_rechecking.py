"""Which runs still speak under another version, as tables."""

from dataclasses import replace

import pytest

from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.queues import Queue
from reviews.rules.rechecking import NewestRun, Wanted, needed_for, queue_with_question, stands
from reviews.rules.severity import Route, Severity

NEW, OLD = 2, 1
BLACK = "black_frames"
NOISE = Wanted("noise", 1, {"levels_above": 8.0}, "same")
TERMS = PolicyTerms("house", 2, (RuleTerms("noise", "noise", {}, Severity.MINOR, Route.NOTE),))
CLEAN = NewestRun("noise", 1, "same", is_final=True, said_nothing=False, did_not_look=False, policy=OLD)
SKIPPED = replace(CLEAN, said_nothing=True)
FAILED = replace(SKIPPED, did_not_look=True)
REQUIRED = replace(TERMS, required=frozenset({"noise"}))


@pytest.mark.parametrize(
    ("run", "terms", "expected"),
    [
        (CLEAN, TERMS, True),
        (None, TERMS, False),
        (replace(CLEAN, is_final=False), TERMS, False),
        (replace(CLEAN, version=2), TERMS, False),
        (replace(CLEAN, digest="other"), TERMS, False),
        (replace(CLEAN, words=(("noise", Severity.MINOR, Route.NOTE),)), TERMS, True),
        (replace(CLEAN, words=(("noise", Severity.MINOR, Route.REVIEW),)), TERMS, False),
        (replace(CLEAN, words=(("noise", Severity.MAJOR, Route.NOTE),)), TERMS, False),
        (SKIPPED, TERMS, True),
        (SKIPPED, REQUIRED, False),
        (replace(SKIPPED, policy=NEW), REQUIRED, True),  # asked again under this version, and it said nothing again
        (FAILED, TERMS, False),
        (replace(FAILED, policy=NEW), TERMS, True),
    ],
)
def test_a_run_stands_while_this_version_would_say_the_same(run, terms, expected):
    assert stands(run, NOISE, terms, NEW) is expected


def test_what_blocks_whatever_the_policy_says_is_not_asked_again():
    words = (("unreadable", Severity.BLOCKING, Route.BLOCK),)
    run = replace(CLEAN, check="container", words=words)
    terms = replace(TERMS, rules=(RuleTerms("container", "unreadable", {}, Severity.INFO, Route.NOTE),))
    assert stands(run, replace(NOISE, key="container"), terms, NEW)


def run(check: str, digest: str = "same") -> NewestRun:
    return replace(CLEAN, check=check, digest=digest)


def wanted(*checks: str) -> list[Wanted]:
    return [replace(NOISE, key=check) for check in checks]


@pytest.mark.parametrize(
    ("runs", "asked", "aside", "uses", "off"),
    [
        ([run("noise"), run("blur")], wanted("noise", "blur"), (), [], ()),
        ([run("noise"), run("blur", "old")], wanted("noise", "blur"), (), ["blur"], ()),
        ([run("noise")], wanted("noise", "blur"), (), ["blur"], ()),
        ([run("noise"), run("blur")], wanted("noise"), (), [], ("blur",)),
        ([run("noise"), run("blur")], wanted("noise"), ("blur",), [], ()),
        # Flashes explain cuts at the same place, so they are looked at together; the reverse does not hold.
        (
            [run("flashing", "old"), run("hard_cuts")],
            wanted("flashing", "hard_cuts"),
            (),
            ["flashing", "hard_cuts"],
            (),
        ),
        ([run("flashing"), run("hard_cuts", "old")], wanted("flashing", "hard_cuts"), (), ["hard_cuts"], ()),
        ([run("flashing"), run("hard_cuts")], wanted("hard_cuts"), (), ["hard_cuts"], ("flashing",)),
    ],
)
def test_it_asks_for_what_does_not_stand_and_puts_aside_what_is_off(runs, asked, aside, uses, off):
    needed = needed_for(runs, asked, aside, TERMS, NEW)
    assert ([each.key for each in needed.uses], needed.put_aside) == (uses, off)
    assert bool(needed) is bool(uses or off)


@pytest.mark.parametrize(
    ("placed", "asked", "goes"),
    [
        (Queue.EDITOR, Queue.ESCALATIONS, Queue.ESCALATIONS),
        (Queue.FLAGGED, Queue.ESCALATIONS, Queue.ESCALATIONS),
        (Queue.EDITOR, Queue.FLAGGED, Queue.FLAGGED),
        (Queue.ESCALATIONS, Queue.FLAGGED, Queue.ESCALATIONS),
    ],
)
def test_a_question_is_not_lost(placed, asked, goes):
    assert queue_with_question(placed, asked) == goes
