import pytest

from studio.rules.batch_verbs import BatchFacts, Verb, available
from studio.rules.roles import Role

GOING = {"is_paused": False, "is_cancelled": False, "unsent": 3, "moving": 5, "failed": 0}


@pytest.mark.parametrize(
    ("changed", "verbs"),
    [
        ({}, {Verb.PAUSE, Verb.CANCEL}),
        ({"unsent": 0}, {Verb.CANCEL}),
        ({"is_paused": True}, {Verb.RESUME, Verb.CANCEL}),
        ({"failed": 1}, {Verb.PAUSE, Verb.CANCEL, Verb.RETRY}),
        ({"unsent": 0, "moving": 0}, set()),
        ({"unsent": 0, "moving": 0, "failed": 2}, {Verb.RETRY}),
        ({"is_cancelled": True, "failed": 2}, set()),
    ],
)
def test_what_may_be_done_follows_from_how_it_stands(changed, verbs):
    assert available(BatchFacts(**(GOING | changed)), {Role.AUTHOR}) == verbs


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MODERATOR, Role.AUDITOR])
def test_who_only_reads_may_do_nothing(role):
    assert available(BatchFacts(**(GOING | {"failed": 1})), {role}) == frozenset()
