"""Migrations that are taken back and made again: what was there before them is still there."""

from dataclasses import replace

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from reviews.actions.governing import propose_policy
from reviews.actions.policies import active_policy
from reviews.models import Policy, Review
from reviews.rules.veil import Harm, bits_of
from tests.factories import make_candidate, make_finding, make_prompt, make_review

BEFORE = ("reviews", "0005_policies_are_proposed_and_takes_checked_again")


def columns_of_policies() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "reviews_policy")}


def migrate(target: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate([target])


def migrate_to_the_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_simulations_kept_with_versions_go_and_the_versions_stay(project, moderator):
    base = active_policy(project)
    terms = replace(base.terms(), off=frozenset({"noise"}))
    propose_policy(project, by=moderator, terms=terms, based_on=base.pk, note="Grain is wanted.")
    assert Policy.objects.get(version=2).simulation() is not None
    try:
        migrate(BEFORE)
        assert "simulated" not in columns_of_policies()
    finally:
        migrate_to_the_newest()
    proposal = Policy.objects.get(version=2)
    assert (proposal.terms().off, proposal.note, proposal.simulation()) == ({"noise"}, "Grain is wanted.", None)


@pytest.mark.django_db(transaction=True)
def test_reviews_that_wait_are_told_what_their_takes_show(project, author):
    def waiting(*found: tuple[str, str, str], **columns) -> Review:
        take = make_candidate(make_prompt(project, author))
        for check, label, severity in found:
            make_finding(take, check_key=check, label=label, severity=severity)
        return make_review(take, **columns)

    both = waiting(("nudity", "possible", "major"), ("examiner", "self_harm", "blocking"))
    mild = waiting(("flashing", "near", "info"), ("examiner", "violence", "major"), ("blur", "soft", "blocking"))
    now = timezone.now()
    over = waiting(("nudity", "possible", "major"), closed_at=now, settled_at=now)
    try:
        migrate(("reviews", "0016_audits_by_lot"))
    finally:
        migrate_to_the_newest()
    shows = dict(Review.objects.values_list("pk", "shows"))
    assert shows == {both.pk: bits_of({Harm.NUDITY, Harm.SELF_HARM}), mild.pk: None, over.pk: None}
