import pytest

from studio.actions.templating import blank_of, save_template
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Event, Template
from studio.rules.template import Kind, Variable

NAME = Variable("name")
HOUR = Variable("hour", Kind.CHOICE, choices=("dawn", "dusk"), default="dusk")


@pytest.fixture
def save(project, author):
    def save(**changed) -> Template:
        said = {
            "project": project,
            "by": author,
            "name": "Greeting",
            "text": "Hello {{name}}",
            "direction": {"lighting": "{{hour}}", "mood": " "},
            "variables": [NAME, HOUR],
        }
        return save_template(**(said | changed))

    return save


def test_it_keeps_what_was_said_and_notes_it(save):
    made = save()
    assert (made.number, made.direction) == (1, {"lighting": "{{hour}}"})
    assert blank_of(Template.objects.get()).variables == (NAME, HOUR)
    assert Event.objects.get(verb="template_saved").data == {"version": 1}


def test_a_change_is_a_new_version(save):
    first = save()
    second = save(parent=first, text="Good evening {{name}}")
    assert (second.number, second.parent) == (2, first)
    assert Template.objects.get(pk=first.pk).text == "Hello {{name}}"
    assert list(Template.objects.newest_versions()) == [second]


def test_a_double_click_makes_one_row(save):
    first = save()
    assert save() == first
    assert save(parent=first, text="{{name}}!") == save(parent=first, text="{{name}}!")
    assert Template.objects.count() == 2


def test_of_two_changes_of_one_version_the_second_is_refused(save):
    first = save()
    save(parent=first, text="{{name}}!")
    with pytest.raises(Conflict, match="another version"):
        save(parent=first, text="{{name}}?")


def test_names_do_not_repeat(save):
    save()
    other = save(name="Farewell")
    with pytest.raises(Invalid, match="named “Greeting” already"):
        save(text="Other words for {{name}}")
    with pytest.raises(Invalid, match="named “Greeting” already"):
        save(parent=other)


def test_what_is_wrong_is_said_and_nothing_is_written(save):
    with pytest.raises(Invalid, match=r"\{\{nobody\}\} is used but is no variable"):
        save(text="Hello {{name}} {{nobody}}")
    with pytest.raises(Invalid, match="Give the template a name"):
        save(name=" ")
    assert not Template.objects.exists()


@pytest.mark.parametrize("person", ["reviewer", "moderator", "auditor"])
def test_only_authors_and_editors_write_templates(person, save, request):
    with pytest.raises(NotPermitted):
        save(by=request.getfixturevalue(person))
    assert not Template.objects.exists()
