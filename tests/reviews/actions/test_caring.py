"""What a person is given to look at: never what they asked not to see, and no more severe clips than they bear."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.actions import caring
from reviews.actions.caring import bounds_of, open_severe, save_care
from reviews.actions.opening import open_review
from reviews.actions.queueing import claim, claim_ahead, claim_next, offered_to
from reviews.actions.skipping import skip
from reviews.actions.taking_over import take_over
from reviews.models import Exposure, Review
from reviews.queues import waiting_for
from reviews.rules.care import Care
from reviews.rules.queues import Queue
from reviews.rules.veil import BITS, Harm
from studio import clock
from studio.actions.events import Actor, action
from studio.errors import CapReached, Invalid, OptedOut
from studio.models import Event, Preferences
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    make_candidate,
    make_finding,
    make_named_queue,
    make_person,
    make_project,
    make_prompt,
    make_review,
)

FLAGGED = Queue.FLAGGED
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VIOLENCE, NUDITY, FLASHING = (BITS[harm] for harm in (Harm.VIOLENCE, Harm.NUDITY, Harm.FLASHING))


class Time:
    """The clock of the house, in minutes after noon."""

    at = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(minutes=self.at)


@pytest.fixture
def time(monkeypatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", time.now)
    return time


@pytest.fixture
def put(project, author, time):
    def put(shows=None, rank=3, in_project=project, **columns) -> Review:
        candidate = make_candidate(make_prompt(in_project, author), status=Status.IN_REVIEW)
        due_at = NOON + timedelta(hours=40)
        return make_review(candidate, severity_rank=rank, shows=shows, **({"due_at": due_at} | columns))

    return put


def have_opened(person, review, *minutes):
    for minute in minutes:
        Exposure.objects.create(person=person, review=review, opened_at=NOON + timedelta(minutes=minute))


def unwanted(person, *harms):
    save_care(person, Care(unwanted=frozenset(harms)))


def holder(review):
    review.refresh_from_db()
    return review.claimed_by


def events_on(review, *verbs):
    return Event.objects.filter(subject=f"review:{review.pk}", verb__in=verbs).count()


def test_a_review_knows_what_its_take_shows_when_it_is_opened(project, author):
    candidate = make_candidate(make_prompt(project, author))
    make_finding(candidate, check_key="nudity", label="possible", severity="major")
    make_finding(candidate, check_key="flashing", label="extended", severity="minor")
    make_finding(candidate, check_key="blur", label="soft", severity="blocking")
    opened = action(open_review)(
        candidate, queue=FLAGGED, severity_rank=4, due_in=timedelta(hours=1), reasons=[], actor=Actor.system("triage")
    )
    assert opened.shows == NUDITY | FLASHING


def test_opening_is_counted_once_within_the_hour_and_ordinary_clips_never(put, reviewer, time):
    severe, flashing = put(VIOLENCE), put(FLASHING)
    for review in (severe, severe, flashing, put()):
        open_severe(review, by=reviewer)
    assert list(Exposure.objects.values_list("review", flat=True)) == [severe.pk]
    assert events_on(severe, "severe_opened") == 1
    time.at = 60
    open_severe(severe, by=reviewer)
    assert Exposure.objects.count() == 2


def test_holding_and_preparing_count_for_nothing(put, reviewer):
    first, *_ = put(VIOLENCE), put(VIOLENCE), put(VIOLENCE)
    claim(first, by=reviewer)
    assert len(claim_ahead(first, by=reviewer)) == 2
    assert bounds_of(reviewer).this_hour == 0


def test_above_the_cap_a_claim_is_refused_and_nothing_is_written(put, reviewer, time):
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    have_opened(reviewer, seen, *range(20))
    time.at = 25
    before = Event.objects.count()
    with pytest.raises(CapReached, match=r"20 severe clips this hour. Severe clips again at 13:00 UTC"):
        claim(wanted, by=reviewer)
    with pytest.raises(CapReached):
        open_severe(wanted, by=reviewer)
    assert holder(wanted) is None
    assert Event.objects.count() == before
    assert Exposure.objects.count() == 20


def test_the_nineteenth_leaves_one_more(put, reviewer, time):
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    have_opened(reviewer, seen, *range(19))
    time.at = 25
    claim(wanted, by=reviewer)
    open_severe(wanted, by=reviewer)
    assert bounds_of(reviewer).pause is not None
    claim(wanted, by=reviewer)  # what is open stays in their hands


def test_above_the_cap_the_next_clip_is_an_ordinary_one(put, reviewer, time):
    seen, worst, ordinary, flashing = put(VIOLENCE), put(VIOLENCE, rank=4), put(rank=1), put(FLASHING, rank=2)
    have_opened(reviewer, seen, *range(20))
    time.at = 25
    assert claim_next(FLAGGED, by=reviewer) == flashing
    skip(flashing, by=reviewer, cause="unsure")
    assert claim_next(FLAGGED, by=reviewer) == ordinary
    assert claim_ahead(ordinary, by=reviewer) == []
    assert holder(worst) is None
    skip(ordinary, by=reviewer, cause="unsure")
    assert claim_next(FLAGGED, by=reviewer) is None
    time.at = 60
    assert claim_next(FLAGGED, by=reviewer) == worst


def test_what_was_prepared_before_the_cap_is_given_back(put, reviewer, time):
    first, second = put(VIOLENCE, rank=4), put(VIOLENCE)
    seen = put(VIOLENCE, closed_at=NOON)
    claim(first, by=reviewer)
    claim_ahead(first, by=reviewer)
    have_opened(reviewer, seen, *[0] * 19)
    open_severe(first, by=reviewer)
    assert holder(second) == reviewer
    assert claim_ahead(first, by=reviewer) == []
    assert holder(second) is None
    assert events_on(second, "released") == 1
    assert claim_next(FLAGGED, by=reviewer) == first  # it is open: it stays


def test_a_moderator_at_the_cap_takes_no_severe_clip_over(put, reviewer, moderator, time):
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    claim(wanted, by=reviewer)
    have_opened(moderator, seen, *[0] * 20)
    with pytest.raises(CapReached):
        take_over(wanted, by=moderator)
    assert holder(wanted) == reviewer


def test_each_hour_has_a_rest(put, reviewer, time):
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    have_opened(reviewer, seen, 0, 9, 18, 27, 36, 45, 49)
    time.at = 49.5
    claim(wanted, by=reviewer)
    time.at = 50
    with pytest.raises(
        CapReached, match=r"10 minutes without severe clips in each hour. Severe clips again at 12:59 UTC"
    ):
        open_severe(wanted, by=reviewer)
    assert bounds_of(reviewer).this_hour == 7
    time.at = 59
    open_severe(wanted, by=reviewer)


def test_a_day_has_a_cap_as_well(put, reviewer, time, settings):
    settings.SEVERE_PER_DAY = 3
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    have_opened(reviewer, seen, 0, 120, 240)
    time.at = 360
    with pytest.raises(CapReached, match="3 severe clips within a day"):
        claim(wanted, by=reviewer)
    time.at = 24 * 60
    claim(wanted, by=reviewer)


def test_a_person_may_have_a_lower_cap_and_none_above_the_house_s(put, reviewer, time):
    seen, wanted = put(VIOLENCE), put(VIOLENCE)
    save_care(reviewer, Care(hour=2))
    have_opened(reviewer, seen, 0, 1)
    time.at = 2
    with pytest.raises(CapReached, match="2 severe clips this hour"):
        claim(wanted, by=reviewer)
    with pytest.raises(Invalid, match="yours may only be lower"):
        save_care(reviewer, Care(hour=21))
    assert bounds_of(reviewer).caps.hour == 2


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_open_at_once_do_not_pass_the_cap(put, reviewer):
    first, second, seen = put(VIOLENCE), put(NUDITY), put(VIOLENCE)
    have_opened(reviewer, seen, *[0] * 19)
    claim(first, by=reviewer)
    claim(second, by=reviewer)

    def press(review):
        try:
            open_severe(review, by=reviewer)
        except CapReached:
            return "refused"
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(2) as tabs:
        assert sorted(tabs.map(press, (first, second))) == ["opened", "refused"]
    assert Exposure.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_claim_at_once_get_no_severe_clip_above_the_cap(put, reviewer):
    seen, ordinary = put(VIOLENCE), put(rank=1)
    put(VIOLENCE, rank=4), put(VIOLENCE, rank=4)
    have_opened(reviewer, seen, *[0] * 20)

    def press(_):
        try:
            return claim_next(FLAGGED, by=reviewer)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        assert set(tabs.map(press, range(2))) == {ordinary}
    assert set(Review.objects.exclude(claimed_by=None)) == {ordinary}


def test_what_somebody_asked_not_to_see_is_never_offered(put, project, reviewer, moderator):
    both, ordinary, other = put(VIOLENCE | NUDITY, rank=4), put(rank=1), put(NUDITY, rank=2)
    named = make_named_queue(project=project)
    in_part = put(VIOLENCE, rank=4, named_queue=named)
    unwanted(reviewer, Harm.VIOLENCE)
    spared = bounds_of(reviewer).spared
    assert list(offered_to(reviewer, FLAGGED, spared=spared)) == [other, ordinary]
    assert waiting_for(reviewer, frozenset({Role.REVIEWER}), spared)[FLAGGED] == 2
    assert claim_next(FLAGGED, by=reviewer, named=named) is None
    assert claim_next(FLAGGED, by=reviewer) == other
    assert claim_ahead(other, by=reviewer) == [ordinary]
    for review in (both, in_part):
        with pytest.raises(OptedOut, match=r"It may contain violence. Somebody else looks at it"):
            claim(review, by=reviewer)
        with pytest.raises(OptedOut):
            open_severe(review, by=reviewer)
        assert holder(review) is None
    mina = make_person("mina", project, Role.REVIEWER)
    claim(both, by=mina)
    unwanted(moderator, Harm.NUDITY)
    with pytest.raises(OptedOut):
        take_over(both, by=moderator)
    assert Exposure.objects.count() == 0


def test_what_is_prepared_goes_back_once_somebody_asks_not_to_see_it(put, reviewer):
    first, second = put(rank=4), put(VIOLENCE)
    claim(first, by=reviewer)
    assert claim_ahead(first, by=reviewer) == [second]
    unwanted(reviewer, Harm.VIOLENCE)
    assert claim_ahead(first, by=reviewer) == []
    assert holder(second) is None


def test_the_worst_of_several_projects_comes_first_for_somebody_who_is_spared_something(put, project, reviewer):
    elsewhere = make_project("elsewhere")
    elsewhere.memberships.create(user=reviewer, role=Role.REVIEWER)
    put(VIOLENCE, rank=4), put(rank=2)
    worse = put(NUDITY, rank=3, in_project=elsewhere)
    put(rank=1, in_project=elsewhere)
    unwanted(reviewer, Harm.VIOLENCE)
    assert claim_next(FLAGGED, by=reviewer) == worse


def test_a_superuser_s_wish_counts_too(put, reviewer):
    type(reviewer).objects.filter(pk=reviewer.pk).update(is_superuser=True)
    reviewer.refresh_from_db()
    put(VIOLENCE, rank=4)
    ordinary = put(rank=1)
    unwanted(reviewer, Harm.VIOLENCE)
    assert claim_next(FLAGGED, by=reviewer) == ordinary


def test_wishes_are_in_no_event(reviewer):
    save_care(reviewer, Care(hour=3, unwanted=frozenset({Harm.SELF_HARM})))
    event = Event.objects.get(verb="care_chosen")
    assert event.subject == f"preferences:{Preferences.objects.get(user=reviewer).pk}"
    assert event.data == {}
    assert "self_harm" not in str(list(Event.objects.values()))


def test_skipping_for_distress_asks_nothing_and_counts_for_nothing(put, reviewer):
    severe = put(VIOLENCE)
    claim(severe, by=reviewer)
    skip(severe, by=reviewer, cause="distress")
    assert bounds_of(reviewer).this_hour == 0
    assert claim_next(FLAGGED, by=reviewer) is None


@pytest.mark.parametrize("spared", [False, True])
def test_a_claim_asks_no_more_in_a_long_queue(put, reviewer, spared):
    if spared:
        unwanted(reviewer, Harm.VIOLENCE)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            taken = claim_next(FLAGGED, by=reviewer)
        Review.objects.filter(pk=taken.pk).update(closed_at=NOON, claimed_by=None, claim_expires_at=None)
        return len(queries)

    put(), put(), put(NUDITY)
    asked()
    few = asked()
    for _ in range(12):
        put(), put(VIOLENCE, rank=4), put(NUDITY)
    assert asked() == few


def test_bounds_are_read_in_one_query(put, reviewer, django_assert_num_queries):
    have_opened(reviewer, put(VIOLENCE), *range(15))
    unwanted(reviewer, Harm.NUDITY)
    with django_assert_num_queries(1):
        bounds = caring.bounds_of(reviewer)
    assert (bounds.this_hour, bounds.today) == (1, 15)  # at noon, one minute of those is past


def test_the_first_ordinary_clip_is_found_in_an_index(put, reviewer):
    """However many unwanted ones stand before it: no row of those is read."""
    put(VIOLENCE), put()
    unwanted(reviewer, Harm.VIOLENCE)
    with CaptureQueriesContext(connection) as queries:
        claim_next(FLAGGED, by=reviewer)
    (update,) = [each["sql"] for each in queries if "was_held OR" in each["sql"]]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {update}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "USING INDEX review_out_ordinary (project_id=? AND queue=?)" in plan
    assert "SCAN reviews_review" not in plan
