from collections.abc import Callable

import pytest

from studio.actions.settling_generations import ask_again, request_cancel, settle_unknown
from studio.errors import DailiesError
from studio.models import Generation, User
from studio.rules.generation import GenerationState as State
from studio.rules.generation_verbs import Offer, Verb, offers
from studio.rules.roles import Role
from tests.factories import make_generation, make_person, make_prompt

AUTHOR, MODERATOR, AUDITOR = frozenset({Role.AUTHOR}), frozenset({Role.MODERATOR}), frozenset({Role.AUDITOR})
DO: dict[Verb, Callable[[Generation, User], object]] = {
    Verb.CANCEL: lambda row, by: request_cancel(row, by=by),
    Verb.ASK_AGAIN: lambda row, by: ask_again(row, by=by),
    Verb.MARK_LOST: lambda row, by: settle_unknown(row, by=by, charged=True),
    Verb.NOT_CHARGED: lambda row, by: settle_unknown(row, by=by, charged=False),
}


def verbs(state: State, roles: frozenset[Role], *, number: bool = True, cancelling: bool = False) -> list[Verb]:
    found = offers(state, roles=roles, can_be_found=number, is_being_cancelled=cancelling)
    return [offer.verb for offer in found if not offer.why]


def test_only_what_has_not_ended_can_be_cancelled_and_only_once():
    assert verbs(State.RUNNING, AUTHOR) == [Verb.CANCEL]
    assert verbs(State.RUNNING, AUTHOR, cancelling=True) == []
    assert verbs(State.SUCCEEDED, AUTHOR) == []


def test_an_unknown_one_is_asked_for_or_settled():
    assert verbs(State.UNKNOWN, MODERATOR) == [Verb.ASK_AGAIN, Verb.MARK_LOST, Verb.NOT_CHARGED]
    assert verbs(State.UNKNOWN, AUDITOR) == []


def test_without_a_job_number_asking_is_shown_refused():
    [asking, *_] = offers(State.UNKNOWN, roles=AUTHOR, can_be_found=False, is_being_cancelled=False)
    assert asking == Offer(Verb.ASK_AGAIN, "The answer was lost, and this provider cannot be searched for the job.")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", [State.RESERVED, State.RUNNING, State.UNKNOWN, State.SUCCEEDED, State.LOST])
def test_what_is_offered_is_what_the_actions_allow(project, role, state):
    person = make_person("somebody", project, role)
    prompt = make_prompt(project, person)
    for verb, do in DO.items():
        row = make_generation(prompt, state=state, remote_id=f"video-{verb}")
        try:
            do(row, person)
            allowed = True
        except DailiesError:
            allowed = False
        assert allowed == (verb in verbs(state, frozenset({role}))), verb
