"""The policy's pages: proposed, simulated, activated; what was typed stays when it is refused."""

from dataclasses import replace

import pytest

from reviews.actions.governing import propose_policy
from reviews.actions.policies import active_policy
from reviews.models import CheckRun, FindingLabel, Policy, Verdict
from reviews.policy_forms import PolicyForm, grid_step, plain
from reviews.rules.dials import Dial
from reviews.rules.policy import load_policy
from reviews.rules.questions import QUESTIONS
from reviews.rules.screening import Coverage, Screening, Sound
from reviews.rules.severity import Route, Severity
from studio.models import Project
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_finding, make_person, make_prompt, make_run

PAGE = "/moderation/policies/harbour/"


@pytest.fixture
def second(project):
    return make_person("second", project, Role.MODERATOR)


def typed(project: Project, **changes: object) -> dict[str, object]:
    """What the untouched page sends, with `changes` (None takes one away; `__` stands for the hyphen)."""
    stored = Policy.objects.filter(project=project, is_active=True).first()
    terms = stored.terms() if stored else load_policy()
    form = PolicyForm(terms=terms, house=load_policy(), base=stored.pk if stored else 0)
    return as_sent(form, **{name.replace("__", "-"): value for name, value in changes.items()})


def as_sent(form: PolicyForm, **changes: object) -> dict[str, object]:
    sent = {name: form[name].value() for name in form.fields} | changes
    return {name: value for name, value in sent.items() if value is not None and value is not False}


@pytest.fixture
def as_moderator(client, moderator, project):
    active_policy(project)
    client.force_login(moderator)
    return client


def test_the_untouched_form_says_what_is_in_force(project):
    terms = active_policy(project).terms()
    form = PolicyForm(typed(project), terms=terms, house=load_policy(), base=1)
    assert form.is_valid(), form.errors
    assert form.as_terms() == terms


def test_every_field_changes_its_own_rule_only(project):
    terms = active_policy(project).terms()
    changes = {
        "noise__on": None,
        "blur__required": "on",
        "blur__dial": "0.85",
        "blur__soft_clip__route": "review",
        "blur__soft_clip__severity": "major",
    }
    form = PolicyForm(typed(project, **changes), terms=terms, house=load_policy(), base=1)
    assert form.is_valid(), form.errors
    new = form.as_terms()
    assert (new.off, new.required) == ({"noise"}, {"blur"})
    assert new.parameters_for("blur") == terms.parameters_for("blur") | {"soft_above": 0.85}
    assert (new.rule_for("blur", "soft_clip").severity, new.rule_for("blur", "soft_clip").route) == (
        Severity.MAJOR,
        Route.REVIEW,
    )
    differing = [rule for rule, old in zip(new.rules, terms.rules, strict=True) if rule != old]
    assert {(rule.check, rule.label) for rule in differing} == {("blur", "soft_stretch"), ("blur", "soft_clip")}


def test_how_people_look_is_turned_in_percent(project):
    terms = active_policy(project).terms()
    turned = {"coverage": "require", "second_share": "12.5", "second_always": "blocking", "audit_share": "100"}
    turned |= {"golden_share": "2.5", "sound": "off"}
    form = PolicyForm(typed(project, **turned), terms=terms, house=load_policy(), base=1)
    assert form.is_valid(), form.errors
    assert form.as_terms() == replace(
        terms, screening=Screening(Coverage.REQUIRE, 0.125, Severity.BLOCKING, 1.0, 0.025, sound=Sound.OFF)
    )


@pytest.mark.parametrize("share", ["-1", "101", "many", ""])
def test_a_share_lies_within_a_hundred_percent(project, share):
    terms = active_policy(project).terms()
    form = PolicyForm(typed(project, second_share=share), terms=terms, house=load_policy(), base=1)
    assert list(form.errors) == ["second_share"]


@pytest.mark.django_db
def test_a_dial_that_no_rule_names_comes_to_stand_in_the_first():
    bare = replace(load_policy(), rules=tuple(replace(rule, parameters={}) for rule in load_policy().rules))
    form = PolicyForm(terms=bare, house=bare, base=0)
    sent = as_sent(form)
    form = PolicyForm(sent | {"noise-dial": "9"}, terms=bare, house=bare, base=0)
    assert form.is_valid(), form.errors
    assert form.as_terms().rules_of("noise")[0].parameters == {"levels_above": 9.0}


def test_an_instrument_that_the_policy_does_not_know_is_offered(project):
    house = load_policy()
    known = replace(house, rules=tuple(rule for rule in house.rules if rule.check != "collapse"))
    form = PolicyForm(terms=known, house=house, base=0)
    assert [check for check, _, _ in form.offered_rows()] == ["collapse"]
    sent = as_sent(form)
    for add, covers in (({}, False), ({"collapse-add": "on"}, True)):
        form = PolicyForm(sent | add, terms=known, house=house, base=0)
        assert form.is_valid(), form.errors
        assert form.as_terms().covers("collapse") is covers


@pytest.mark.parametrize(
    ("value", "step"), [(4.0, 0.5), (4.2, 0.1), (1.38, 0.01), (0.58, 0.01), (31.0, 0.5), (2.25, 0.01)]
)
def test_the_step_fits_the_value_in_force(value, step):
    assert grid_step(Dial("above", "x", 1, 10, 0.5), value) == step


@pytest.mark.parametrize(("number", "said"), [(0.14, "0.14"), (31.0, "31"), (-60, "-60"), (0.1 + 0.2, "0.3")])
def test_numbers_are_written_as_people_write_them(number, said):
    assert plain(number) == said


def test_every_check_of_the_house_asks_a_question():
    from pathlib import Path

    from studio.paths import CODE

    written = Path(CODE / "docs/checks/README.md").read_text()
    for rule in load_policy().rules:
        question = QUESTIONS[rule.check]
        assert rule.check == "examiner" or f"{question[0].lower()}{question[1:]} |" in written


def test_it_shows_what_is_in_force(as_moderator):
    body = as_moderator.get(PAGE).content.decode()
    assert "Version 1 is in force: the policy of the house." in body
    assert 'name="blur-dial" value="0.8"' in body
    assert "Is a stretch soft, or the picture smaller than its size?" in body


def test_a_project_that_has_none_yet_shows_the_houses_and_writes_nothing(client, moderator, project):
    client.force_login(moderator)
    assert "as it stands until the first version is proposed" in client.get(PAGE).content.decode()
    assert not Policy.objects.exists()
    answer = client.post(f"{PAGE}propose/", typed(project, blur__dial="0.9", note="Fog."))
    assert answer.status_code == 303
    assert Policy.objects.count() == 2


def test_proposing_leads_to_the_new_version(as_moderator, project):
    answer = as_moderator.post(f"{PAGE}propose/", typed(project, blur__dial="0.9", note="Fog is no blur."))
    assert (answer.status_code, answer.url) == (303, f"{PAGE}versions/2/")
    body = as_moderator.get(answer.url).content.decode()
    assert "<del>0.8</del>" in body
    assert "<ins>0.9</ins>" in body
    assert "You proposed this version; another moderator puts it into force." in body


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"blur__dial": "7", "note": "Fog."}, "less than or equal to 0.95"),
        ({"blur__dial": "soft", "note": "Fog."}, "Enter a number"),
        ({"blur__dial": "nan", "note": "Fog."}, "Enter a number"),
        ({"blur__dial": "0.9", "note": ""}, "Say why, in a few words"),
        ({"note": "Fog."}, "Nothing differs from version 1"),
        ({"blur__soft_clip__route": "shred", "note": "Fog."}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_used_is_said_and_what_was_typed_stays(as_moderator, project, changes, says):
    kept = {"noise__dial": "9.5"} if "blur__dial" in changes else {}
    answer = as_moderator.post(f"{PAGE}propose/", typed(project, **changes, **kept))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert says in body
    assert not kept or 'name="noise-dial" value="9.5"' in body
    assert Policy.objects.count() == 1


def test_a_page_of_before_the_last_change_keeps_what_was_typed(as_moderator, project, second):
    sent = typed(project, blur__dial="0.9", note="Fog is no blur.")
    from reviews.actions.governing import activate_policy

    terms = replace(active_policy(project).terms(), off=frozenset({"noise"}))
    other = propose_policy(project, by=second, terms=terms, based_on=active_policy(project).pk, note="No noise.")
    activate_policy(other, by=make_person("third", project, Role.MODERATOR))
    answer = as_moderator.post(f"{PAGE}propose/", sent)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Version 2 came into force since you opened this page" in body
    assert 'name="blur-dial" value="0.9"' in body
    assert 'value="Fog is no blur."' in body
    assert f'name="base" value="{other.pk}"' in body
    assert Policy.objects.count() == 2


@pytest.fixture
def past(project, author):
    """Three takes by how soft they usually are: the second was called soft and confirmed, the third was approved."""
    takes = {}
    parameters = load_policy().parameters_for("blur")
    for softness, status in ((0.4, Status.WITH_EDITOR), (0.85, Status.REJECTED), (0.75, Status.APPROVED)):
        take = make_candidate(make_prompt(project, author, title=f"Soft {softness}"), status=status)
        CheckRun.objects.filter(candidate=take, check_key="blur").delete()
        make_run(take, "blur", parameters=parameters, measured=softness)
        takes[softness] = take
    soft = make_finding(takes[0.85], check_key="blur", label="soft_clip", severity="minor", route="note", score=0.85)
    FindingLabel.objects.create(finding=soft, verdict=Verdict.CONFIRMED, labelled_by=author)
    return takes


def test_a_simulation_counts_links_and_writes_nothing(as_moderator, project, past):
    answer = as_moderator.post(f"{PAGE}simulate/", typed(project, blur__dial="0.9"), headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in body
    assert "Blur: soft above 0.8 → 0.9" in body
    assert f'href="/candidates/{past[0.85].uuid}/"' in body
    assert "1 rejected, 1 finding confirmed" in body
    assert f'href="/candidates/{past[0.75].uuid}/"' not in body
    assert "soft stretch may change with this threshold, too" in body
    assert Policy.objects.count() == 1


def test_a_simulation_works_without_scripts_and_keeps_the_form(as_moderator, project, past):
    answer = as_moderator.post(f"{PAGE}simulate/", typed(project, blur__dial="0.7", note="Stricter"))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert body.count("<h1") == 1
    assert 'name="blur-dial" value="0.7"' in body
    assert 'value="Stricter"' in body
    assert "newly flagged as soft clip" in body
    assert f'href="/candidates/{past[0.75].uuid}/"' in body


def test_a_simulation_says_what_it_cannot_tell(as_moderator, project, past):
    make_run(past[0.4], "noise", version=0, parameters={"levels_above": 8.0}, measured=6.0)
    body = as_moderator.post(f"{PAGE}simulate/", typed(project, noise__dial="5")).content.decode()
    assert "It cannot be told for 1 take, as it was measured by another version or with other settings" in body
    assert "It cannot be told for 2 takes, as it was never measured: they need a re-check to know." in body


def test_a_simulation_of_routes_says_who_would_get_the_takes(as_moderator, project, past):
    sent = typed(project, blur__soft_clip__route="block")
    body = as_moderator.post(f"{PAGE}simulate/", sent).content.decode()
    assert "<b>1</b> take would go to the <b>moderator</b> instead of the editor." in body


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [({}, 200, "Nothing is changed yet"), ({"blur__dial": "7"}, 422, "less than or equal to 0.95")],
)
def test_a_simulation_of_nothing_or_nonsense_says_so(as_moderator, project, changes, status, says):
    answer = as_moderator.post(f"{PAGE}simulate/", typed(project, **changes), headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert says in answer.content.decode()


def test_a_simulation_without_takes_says_so(as_moderator, project):
    body = as_moderator.post(f"{PAGE}simulate/", typed(project, blur__dial="0.9")).content.decode()
    assert "No take of this project has been checked so far" in body


def test_it_asks_as_little_for_twenty_takes_as_for_three(
    as_moderator, project, past, author, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sent, headers = typed(project, blur__dial="0.9"), {"HX-Request": "true"}
    with CaptureQueriesContext(connection) as few:
        as_moderator.post(f"{PAGE}simulate/", sent, headers=headers)
    for _ in range(17):
        make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    with django_assert_max_num_queries(len(few)):
        as_moderator.post(f"{PAGE}simulate/", sent, headers=headers)


@pytest.fixture
def proposal(project, moderator):
    base = active_policy(project)
    terms = replace(base.terms(), off=frozenset({"noise"}))
    return propose_policy(project, by=moderator, terms=terms, based_on=base.pk, note="Grain is wanted.")


def test_another_moderator_activates_on_the_page(client, second, proposal, project):
    client.force_login(second)
    body = client.get(PAGE).content.decode()
    assert "Grain is wanted." in body
    assert f'action="{PAGE}versions/2/activate/"' in body
    assert 'aria-disabled="true"' not in body
    answer = client.post(f"{PAGE}versions/2/activate/")
    assert (answer.status_code, answer.url) == (303, PAGE)
    assert active_policy(project) == proposal


def test_the_proposer_is_refused_in_words_on_the_page_and_by_the_address(client, moderator, proposal, project):
    client.force_login(moderator)
    assert "You proposed this version" in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}versions/2/activate/")
    assert answer.status_code == 403
    assert "another moderator puts it into force" in answer.content.decode()
    assert active_policy(project) != proposal


def test_a_proposal_is_withdrawn_once(client, second, proposal):
    client.force_login(second)
    assert client.post(f"{PAGE}versions/2/withdraw/").status_code == 303
    assert client.post(f"{PAGE}versions/2/withdraw/").status_code == 409
    assert client.post(f"{PAGE}versions/2/activate/").status_code == 409
    assert "Withdrawn" in client.get(PAGE).content.decode()


KEPT = "Simulated on "


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}versions/2/"])
def test_the_second_moderator_reads_what_the_proposer_was_told(
    client, as_moderator, second, project, author, past, address
):
    as_moderator.post(f"{PAGE}propose/", typed(project, blur__dial="0.9", note="Fog is no blur."))
    make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    client.force_login(second)
    body = client.get(address).content.decode()
    at = Policy.objects.get(version=2).simulation().at
    assert f'Simulated on <time datetime="{at:%Y-%m-%dT%H:%M:%S}' in body
    assert "when it was proposed: from the stored measures" in body
    assert "of all 3 checked takes. The numbers are kept as they were then." in body
    assert "Blur: soft above 0.8 → 0.9" in body
    assert "1 rejected, 1 finding confirmed" in body
    assert f'href="/candidates/{past[0.85].uuid}/"' in body
    assert "nothing is saved by this" not in body


def test_an_auditor_reads_it_when_the_version_is_in_force(client, as_moderator, second, auditor, project, past):
    as_moderator.post(f"{PAGE}propose/", typed(project, blur__dial="0.9", note="Fog is no blur."))
    client.force_login(second)
    client.post(f"{PAGE}versions/2/activate/")
    client.force_login(auditor)
    body = client.get(f"{PAGE}versions/2/").content.decode()
    assert "In force" in body
    assert KEPT in body
    assert "Blur: soft above 0.8 → 0.9" in body


def test_a_proposal_from_before_any_take_says_that_there_were_none(client, second, proposal, past):
    client.force_login(second)
    body = client.get(f"{PAGE}versions/2/").content.decode()
    assert "when it was proposed: no take of this project had been checked by then" in body


@pytest.mark.parametrize(
    ("version", "pages", "says"),
    [
        (1, [f"{PAGE}versions/1/"], "It was not simulated: it is the house's own, which nobody proposed."),
        (2, [PAGE, f"{PAGE}versions/2/"], "It was not simulated when it was proposed: this version is from before"),
    ],
)
def test_a_version_without_numbers_says_so_and_is_not_simulated_now(
    client, second, proposal, past, version, pages, says
):
    Policy.objects.filter(version=version).update(simulated=None)
    client.force_login(second)
    for page in pages:
        body = client.get(page).content.decode()
        assert says in body
        assert KEPT not in body
        assert "checked take" not in body


def test_a_version_that_is_not_there_is_not_found(client, second, proposal):
    client.force_login(second)
    assert client.get(f"{PAGE}versions/7/").status_code == 404
    assert client.post(f"{PAGE}versions/7/activate/").status_code == 404


def test_an_auditor_reads_and_has_no_verbs(client, auditor, proposal):
    client.force_login(auditor)
    for page in (PAGE, f"{PAGE}versions/2/"):
        body = client.get(page).content.decode()
        assert "Propose version" not in body
        assert "activate/" not in body
    assert "disabled" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}versions/2/withdraw/").status_code == 403
