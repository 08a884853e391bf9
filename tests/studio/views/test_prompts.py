from decimal import Decimal

import pytest

from studio.models import Generation, Prompt
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_generation, make_person, make_project, make_prompt

pytestmark = pytest.mark.django_db
LIST = "/p/harbour/prompts/"


def rows_of(response) -> list:
    return response.context["rows"]


def test_it_lists_the_newest_revision_with_its_takes_round_and_spending(project, author, sign_in):
    first = make_prompt(project, author, title="First words")
    second = make_prompt(project, author, title="Second words", parent=first, number=2)
    make_generation(second, state=GenerationState.SUCCEEDED, cost_billed=Decimal("0.05"))
    make_generation(second, state=GenerationState.UNKNOWN, cost_estimated=Decimal("0.0200"))
    make_generation(second, state=GenerationState.RESERVED, cost_estimated=Decimal("0.0100"))
    make_generation(second, state=GenerationState.FAILED, cost_estimated=Decimal("9.0000"))
    make_candidate(first, status=Status.CHANGES_REQUESTED)
    make_candidate(second, status=Status.IN_REVIEW)
    make_candidate(second, status=Status.IN_REVIEW)
    make_candidate(second, status=Status.APPROVED)

    [row] = rows_of(sign_in(author).get(LIST))

    assert (row.prompt.title, row.prompt.round) == ("Second words", 2)
    assert list(row.statuses) == [(Status.IN_REVIEW, 2), (Status.APPROVED, 1)]
    assert (row.in_the_making, row.unknown) == (1, 1)
    assert row.spent == Decimal("0.0800")


def test_it_says_how_calls_ended_that_gave_no_take(project, author, sign_in):
    prompt = make_prompt(project, author)
    for state in (GenerationState.FAILED, GenerationState.FAILED, GenerationState.REFUSED):
        make_generation(prompt, state=state)
    body = sign_in(author).get("/p/harbour/prompts/").content.decode()
    assert "1 refused" in body
    assert "2 failed" in body
    assert "no takes" not in body


def test_its_query_count_does_not_grow_with_the_list(
    project, author, sign_in, django_assert_num_queries, django_assert_max_num_queries
):
    client = sign_in(author)

    def add(count: int) -> None:
        for _ in range(count):
            prompt = make_prompt(project, author)
            make_generation(prompt)
            make_candidate(prompt)

    add(1)
    with django_assert_max_num_queries(12) as alone:
        client.get(LIST)
    add(9)
    with django_assert_num_queries(len(alone)):
        assert len(rows_of(client.get(LIST))) == 10


def test_it_filters_by_status_words_and_author(project, author, editor, sign_in):
    lamp = make_prompt(project, author, title="The lamp")
    make_candidate(lamp, status=Status.REJECTED)
    make_prompt(project, editor, title="The boat")
    client = sign_in(author)

    def titles(query: str) -> list[str]:
        return [row.prompt.title for row in rows_of(client.get(LIST + query))]

    assert titles("?status=rejected") == ["The lamp"]
    assert titles("?q=BOAT") == ["The boat"]
    assert titles("?mine=on") == ["The lamp"]
    assert titles("?status=approved") == []


def test_a_filter_outside_the_list_is_refused_in_words(project, author, sign_in):
    response = sign_in(author).get(LIST + "?status=author__password__startswith")
    assert response.status_code == 422
    assert "filter" in response.content.decode()


def test_it_pages_by_cursor_both_ways(project, author, sign_in):
    for number in range(30):
        make_prompt(project, author, title=f"Prompt {number}")
    client = sign_in(author)

    first = client.get(LIST + "?mine=on")
    second = client.get(LIST + first.context["page"].next_url)
    again = client.get(LIST + second.context["page"].previous_url)

    assert [len(rows_of(page)) for page in (first, second)] == [25, 5]
    assert rows_of(second)[0].prompt.title == "Prompt 4"
    assert rows_of(again)[0].prompt.title == "Prompt 29"
    assert "mine=on" in first.context["page"].next_url
    assert (second.context["page"].next_url, again.context["page"].previous_url) == ("", "")


def test_an_empty_list_says_what_to_do(project, author, sign_in):
    assert "No prompts yet. Write the first one, or import clips." in sign_in(author).get(LIST).content.decode()


def test_htmx_gets_the_table_alone(project, author, sign_in):
    response = sign_in(author).get(LIST, headers={"HX-Request": "true"})
    assert "<h1>" not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_foreign_projects_are_not_found_and_reviewers_are_refused(project, author, reviewer, outsider, sign_in):
    assert sign_in(outsider).get(LIST).status_code == 404
    assert sign_in(reviewer).get(LIST).status_code == 403
    assert sign_in(author).get("/p/nowhere/prompts/").status_code == 404


def test_an_auditor_reads_and_sees_no_verb(project, author, auditor, sign_in):
    prompt = make_prompt(project, author)
    client = sign_in(auditor)
    assert "New prompt" not in client.get(LIST).content.decode()
    record = client.get(f"{LIST}{prompt.pk}/").content.decode()
    assert "Revise" not in record
    assert "Generate" not in record.split("<main")[1]


def test_everybody_else_is_sent_to_the_sign_in(client, project):
    response = client.get(LIST)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next={LIST}"


class TestGenerateMore:
    @pytest.fixture
    def prompt(self, project, author) -> Prompt:
        prompt = make_prompt(project, author)
        make_generation(
            prompt, parameters={"seconds": 2, "size": "64x36"}, state=GenerationState.SUCCEEDED, run_after=None
        )
        return prompt

    def press(self, client, prompt: Prompt, *, takes: str = "2", agreed: str | None = None, known: str = "1"):
        url = f"{LIST}{prompt.pk}/generate/"
        if agreed is None:
            agreed = client.get(url, {"takes": takes}).context["more"].agreed
        return client.post(url, {"takes": takes, "agreed": agreed, "known_takes": known})

    def test_it_orders_more_takes_as_the_newest_was_ordered(self, prompt, author, sign_in):
        response = self.press(sign_in(author), prompt)
        assert (response.status_code, response["Location"]) == (303, f"{LIST}{prompt.pk}/")
        made = list(prompt.generations.order_by("take_number"))[1:]
        assert [each.take_number for each in made] == [2, 3]
        assert {each.cost_estimated for each in made} == {Decimal("0.0200")}
        assert made[0].parameters["size"] == "64x36"

    def test_a_double_click_orders_once(self, prompt, author, sign_in):
        client = sign_in(author)
        agreed = client.get(f"{LIST}{prompt.pk}/generate/", {"takes": "2"}).context["more"].agreed
        assert self.press(client, prompt, agreed=agreed).status_code == 303
        assert self.press(client, prompt, agreed=agreed).status_code == 409
        assert Generation.objects.count() == 3

    def test_another_number_of_takes_than_the_price_was_for_is_a_409_with_the_new_price(self, prompt, author, sign_in):
        client = sign_in(author)
        agreed = client.get(f"{LIST}{prompt.pk}/generate/", {"takes": "1"}).context["more"].agreed
        response = self.press(client, prompt, takes="4", agreed=agreed)
        assert response.status_code == 409
        assert "Generate at $0.08" in response.content.decode()
        assert Generation.objects.count() == 1

    @pytest.mark.parametrize("known", ["9" * 5000, "-1", "²", "one", ""])
    def test_an_odd_number_of_known_takes_is_refused(self, prompt, author, sign_in, known):
        response = self.press(sign_in(author), prompt, known=known)
        assert response.status_code in (409, 422)
        assert Generation.objects.count() == 1

    def test_nine_takes_are_refused(self, prompt, author, sign_in):
        response = self.press(sign_in(author), prompt, takes="9", agreed="")
        assert response.status_code == 422
        assert Generation.objects.count() == 1

    def test_a_moderator_may_not_order(self, prompt, moderator, sign_in):
        assert sign_in(moderator).post(f"{LIST}{prompt.pk}/generate/", {"takes": "1"}).status_code == 403
        assert Generation.objects.count() == 1


def test_a_prompt_of_another_project_is_not_found_under_this_one(project, author, sign_in):
    other = make_project("lagoon")
    foreign = make_prompt(other, make_person("stranger", other, Role.AUTHOR))
    assert sign_in(author).get(f"{LIST}{foreign.pk}/").status_code == 404
