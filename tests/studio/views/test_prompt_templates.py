"""Writing templates: the list, and the page that makes a new version."""

import pytest

from studio.models import Template
from studio.rules.template import Kind, Variable
from tests.factories import make_person, make_project, make_prompt

pytestmark = pytest.mark.django_db
LIST, NEW = "/p/harbour/templates/", "/p/harbour/templates/new/"


def form(*lines: tuple[str, str, str, str], **changed: str) -> dict[str, str]:
    said = {"name": "Greeting", "text": "Hello {{name}}", "variables-INITIAL_FORMS": "0"} | changed
    said["variables-TOTAL_FORMS"] = str(len(lines))
    for place, line in enumerate(lines):
        fields = zip(("name", "kind", "choices", "default"), line, strict=True)
        said |= {f"variables-{place}-{field}": value for field, value in fields}
    return said


NAME = ("name", "text", "", "")
HOUR = ("hour", "choice", " dawn, dusk ,", "dusk")


@pytest.fixture
def client(author, sign_in):
    return sign_in(author)


def test_it_keeps_the_words_and_a_variable_for_each_line_filled_in(client):
    answer = client.post(NEW, form(NAME, ("", "number", "", ""), HOUR, lighting="{{hour}}"))
    made = Template.objects.get()
    assert (answer.status_code, answer.url) == (303, f"{LIST}#template-{made.pk}")
    assert made.direction == {"lighting": "{{hour}}"}
    assert [Variable.of(each) for each in made.variables] == [
        Variable("name"),
        Variable("hour", Kind.CHOICE, ("dawn", "dusk"), "dusk"),
    ]


def test_a_change_becomes_a_version_and_the_list_shows_the_newest(client):
    client.post(NEW, form(NAME))
    first = Template.objects.get()
    page = client.get(f"{LIST}{first.pk}/").content.decode()
    assert "Becomes version 2" in page
    assert "Hello {{name}}" in page
    assert 'value="name"' in page
    client.post(f"{LIST}{first.pk}/", form(NAME, text="Good evening {{name}}"))
    second = Template.objects.get(parent=first)
    assert [row.pk for row in client.get(LIST).context["page"].rows] == [second.pk]


def test_what_is_wrong_is_said_and_what_was_typed_stays(client):
    answer = client.post(NEW, form(NAME, text="Hello {{nobody}}"))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "{{nobody}} is used but is no variable." in body
    assert "The variable “name” is not used" in body
    assert "Hello {{nobody}}</textarea>" in body
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"text": "x" * 4001}, {"variables-0-kind": "secret"}, {"variables-TOTAL_FORMS": "no"}]
)
def test_a_form_that_cannot_be_read_is_refused(changed, client):
    assert client.post(NEW, form(NAME) | changed).status_code == 422
    assert not Template.objects.exists()


def test_two_changes_of_one_version_are_told_apart(client, editor, sign_in):
    client.post(NEW, form(NAME))
    first = Template.objects.get()
    client.post(f"{LIST}{first.pk}/", form(NAME, text="{{name}}!"))
    assert sign_in(editor).post(f"{LIST}{first.pk}/", form(NAME, text="{{name}}?")).status_code == 409


def test_the_list_says_how_often_a_template_was_used_and_leads_to_a_batch(client, project, author):
    client.post(NEW, form(NAME))
    made = Template.objects.get()
    make_prompt(project, author, template=made)
    answer = client.get(LIST)
    assert answer.context["page"].rows[0].uses == 1
    assert f"/p/harbour/batches/new/?template={made.pk}" in answer.content.decode()


def test_who_only_reads_sees_no_way_to_write(client, auditor, sign_in):
    client.post(NEW, form(NAME))
    body = sign_in(auditor).get(LIST).content.decode()
    assert "Greeting" in body
    assert "/templates/new/" not in body
    assert "/batches/new/" not in body
    assert sign_in(auditor).get(NEW).status_code == 403


def test_a_template_of_another_project_is_not_found(client):
    elsewhere = make_project("elsewhere")
    other = Template.objects.create(project=elsewhere, name="Far", text="x", author=make_person("ada", elsewhere))
    assert client.get(f"{LIST}{other.pk}/").status_code == 404
    assert client.post(f"{LIST}{other.pk}/", form(NAME)).status_code == 404
