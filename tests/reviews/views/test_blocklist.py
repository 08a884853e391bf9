"""The page of what is shut out: who sees what of it, and how an entry comes and goes."""

import pytest

from reviews.actions.fingerprinting import keep_fingerprint
from reviews.models import BlockEntry, BlockMatch
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_block_entry, make_candidate, make_person, make_project, make_prompt
from tests.reviews.checks.looks import fingerprint, look_of

PAGE = "/moderation/blocklist/"


@pytest.fixture
def candidate(project, author):
    candidate = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW, name="Dusk, take 2")
    keep_fingerprint(candidate.blob, fingerprint(look_of(1)))
    return candidate


def page(client, user) -> str:
    client.force_login(user)
    return client.get(PAGE).content.decode()


def test_an_empty_list_says_how_it_is_filled(client, moderator):
    assert "Nothing is shut out. A moderator adds a take from its own page." in page(client, moderator)


def test_a_moderator_adds_a_take_from_its_page_and_finds_it_on_the_list(client, moderator, candidate):
    client.force_login(moderator)
    assert "Add to the blocklist" in client.get(f"/candidates/{candidate.uuid}/").content.decode()
    answer = client.post(f"/candidates/{candidate.uuid}/block/", {"reason": "It shows a real person."}, follow=True)
    assert f"On the blocklist as entry {BlockEntry.objects.get().pk}." in answer.content.decode()
    body = page(client, moderator)
    assert "It shows a real person." in body
    assert f'href="/candidates/{candidate.uuid}/">Dusk, take 2</a>' in body
    assert "<img" not in body.partition("<main")[2]


def test_nobody_but_a_moderator_is_offered_it(client, editor, candidate):
    client.force_login(editor)
    assert "Add to the blocklist" not in client.get(f"/candidates/{candidate.uuid}/").content.decode()
    assert client.post(f"/candidates/{candidate.uuid}/block/", {"reason": "Because."}).status_code == 403


def test_without_a_reason_nothing_is_added_or_removed(client, moderator, candidate):
    entry = make_block_entry(candidate, moderator)
    client.force_login(moderator)
    other = make_candidate(candidate.prompt)
    assert client.post(f"/candidates/{other.uuid}/block/", {"reason": " "}).status_code == 422
    assert client.post(f"{PAGE}{entry.pk}/remove/", {}).status_code == 422
    assert list(BlockEntry.objects.active()) == [entry]


def test_it_counts_what_matched_and_keeps_what_was_removed(client, moderator, candidate):
    entry = make_block_entry(candidate, moderator)
    BlockMatch.objects.create(entry=entry, candidate=make_candidate(candidate.prompt), label="listed", bits=3)
    assert 'data-label="Matches">1</td>' in page(client, moderator)
    client.post(f"{PAGE}{entry.pk}/remove/", {"because": "The person agreed."})
    body = page(client, moderator)
    assert "0 entries in force" in body
    assert "The person agreed." in body
    assert f"Remove entry {entry.pk}" not in body


def test_a_moderator_of_another_project_sees_the_entry_but_not_its_take(client, moderator, candidate):
    entry = make_block_entry(candidate, moderator)
    stranger = make_person("stranger", make_project("quarry"), Role.MODERATOR)
    body = page(client, stranger)
    assert "a take of another project" in body
    assert "Dusk" not in body
    assert str(candidate.uuid) not in body
    assert client.post(f"{PAGE}{entry.pk}/remove/", {"because": "Please."}).status_code == 404


def test_the_takes_page_names_its_entry(client, moderator, candidate):
    entry = make_block_entry(candidate, moderator)
    client.force_login(moderator)
    body = client.get(f"/candidates/{candidate.uuid}/").content.decode()
    assert f'href="{PAGE}#entry-{entry.pk}"' in body
    assert "Add to the blocklist" not in body
