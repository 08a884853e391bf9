"""Machines' holds: one holder, fenced by the attempt."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from studio.actions.leasing import finish_step, leased, take_lease, write_leased
from studio.errors import LeaseLost
from studio.models import Generation
from tests.factories import make_generation, make_prompt


@pytest.fixture
def generation(project, author) -> Generation:
    return make_generation(make_prompt(project, author))


def test_a_row_that_is_due_is_leased_once(generation):
    assert take_lease(Generation, generation.pk).attempt == 1
    assert take_lease(Generation, generation.pk) is None


@pytest.mark.parametrize("run_after", [None, timedelta(minutes=1)])
def test_a_row_that_is_not_due_is_not_leased(generation, run_after):
    Generation.objects.update(run_after=run_after and timezone.now() + run_after)
    assert take_lease(Generation, generation.pk) is None


def test_whoever_was_overtaken_cannot_write(generation):
    slow = take_lease(Generation, generation.pk)
    Generation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    quick = take_lease(Generation, generation.pk)
    assert quick.attempt == 2
    with pytest.raises(LeaseLost):
        write_leased(slow, progress=99)
    finish_step(quick, again_at=None, progress=50)
    row = Generation.objects.get()
    assert (row.progress, row.leased_until, row.run_after) == (50, None, None)


def test_losing_the_lease_ends_the_body_quietly(generation):
    with leased(Generation, generation.pk) as row:
        Generation.objects.update(attempt=7)
        write_leased(row, progress=99)
    assert Generation.objects.get().progress == 0


def test_a_row_that_is_gone_gives_none(db):
    with leased(Generation, 12345) as row:
        assert row is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_of_twenty_workers_one_gets_the_row(generation):
    def take(_: int) -> bool:
        try:
            return take_lease(Generation, generation.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(take, range(20))) == 1
