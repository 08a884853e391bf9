import pytest

from studio.models import Template
from tests.factories import make_project
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
WRITE = "/api/v1/projects/harbour/templates"
SAID = {
    "name": "Greeting",
    "text": "A card for {{who}}",
    "direction": {"mood": "{{mood}}"},
    "variables": [{"name": "who"}, {"name": "mood", "type": "choice", "choices": ["calm", "wild"], "default": "calm"}],
}


@pytest.fixture
def holder(author):
    return software(author)


def send(holder, address, body):
    return holder.post(address, body, content_type="application/json")


def test_it_is_written_read_and_followed_by_a_version(project, author, holder):
    first = send(holder, WRITE, SAID).json()
    assert (first["name"], first["number"], first["author"]) == ("Greeting", 1, "author")
    assert [variable["type"] for variable in first["variables"]] == ["text", "choice"]
    assert holder.get(f"/api/v1/templates/{first['id']}").json() == first
    assert send(holder, WRITE, SAID).json() == first
    second = send(holder, WRITE, SAID | {"text": "Dear {{who}}", "parent": first["id"]}).json()
    assert (second["number"], second["parent"]) == (2, first["id"])
    assert [row["id"] for row in holder.get("/api/v1/templates").json()["items"]] == [second["id"]]
    assert len(holder.get("/api/v1/templates?newest=false").json()["items"]) == 2
    assert holder.get("/api/v1/templates?project=elsewhere").json()["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"text": "A card for {{whom}}"},
        {"text": "", "direction": {}, "variables": []},
        {"variables": [{"name": "who", "kind": "text"}]},
        {"variables": [{"name": "Who?"}]},
        {"direction": {"mod": "x"}},
    ],
)
def test_what_is_no_template_is_refused(project, holder, changes):
    assert send(holder, WRITE, SAID | changes).status_code == 422
    assert not Template.objects.exists()


def test_a_parent_of_another_project_is_not_found(project, author, holder):
    foreign = Template.objects.create(project=make_project("elsewhere"), name="Other", text="x", author=author)
    assert send(holder, WRITE, SAID | {"parent": foreign.pk}).status_code == 404


def test_a_table_fills_it_row_by_row_and_writes_nothing(project, holder):
    where = f"/api/v1/templates/{send(holder, WRITE, SAID).json()['id']}/fill"
    said = send(holder, where, {"values": "who,mood\nAnna,wild\nBela,\n"}).json()
    assert said["problems"] == []
    assert [(row["number"], row["text"], row["direction"]) for row in said["items"]] == [
        (2, "A card for Anna", {"mood": "wild"}),
        (3, "A card for Bela", {"mood": "calm"}),
    ]
    wrong = send(holder, where, {"values": "who,mood\nAnna,loud\n"}).json()
    assert "Row 2" in wrong["problems"][0]
    assert send(holder, where, {"values": "who\n"}).status_code == 422
    assert Template.objects.count() == 1
