"""Ordering a batch: every combination with its price, agreed to with one press."""

import html
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.actions.budgeting import set_budget
from studio.actions.templating import save_template
from studio.models import Batch, Generation, Period, Prompt, Template
from studio.rules.template import Kind, Variable
from tests.factories import make_generation, make_person, make_project, make_prompt

pytestmark = pytest.mark.django_db
NEW, PREVIEW = "/p/harbour/batches/new/", "/p/harbour/batches/preview/"
HTMX = {"HX-Request": "true"}
VALUES = "name,hour\nAda,dawn\nGrace,dusk\n"


@pytest.fixture
def prompt(project, author) -> Prompt:
    return make_prompt(project, author)


@pytest.fixture
def template(project, author) -> Template:
    return save_template(
        project=project,
        by=author,
        name="Greeting",
        text="Hello {{name}}",
        direction={"lighting": "{{hour}}"},
        variables=[Variable("name"), Variable("hour", Kind.CHOICE, ("dawn", "dusk"))],
    )


@pytest.fixture
def client(author, sign_in):
    return sign_in(author)


def order(row: Prompt | Template, **changed: object) -> dict[str, object]:
    """A form for one-second takes; with a prompt three of them."""
    kind = "prompt" if isinstance(row, Prompt) else "template"
    said = {"source": f"{kind}-{row.pk}", "models": ["sandbox-1"], "seconds": "1", "size": "640x360"}
    return said | {"takes": "3" if kind == "prompt" else "1", "form_token": str(uuid4())} | changed


def preview(client, form: dict[str, object]) -> str:
    return html.unescape(client.post(PREVIEW, form, headers=HTMX).content.decode())


def agreed_to(client, form: dict[str, object]) -> dict[str, object]:
    """The form with what the preview signed."""
    return form | {"agreed": re.search(r'name="agreed" value="([^"]*)"', preview(client, form))[1]}


def test_the_page_begins_with_the_prompt_of_the_address_as_it_was_ordered_last(client, prompt):
    make_generation(prompt, parameters={"seconds": 2, "size": "640x360", "fps": "24", "audio": None})
    context = client.get(f"{NEW}?prompt={prompt.pk}").context
    assert context["form"].source_row == prompt
    assert (context["form"]["seconds"].value(), context["form"]["size"].value()) == (2, "640x360")
    assert (context["quote"].takes, context["quote"].cost) == (4, Decimal("0.08"))


def test_the_page_of_a_template_says_which_columns_its_table_has(client, template):
    answer = client.get(f"{NEW}?template={template.pk}")
    body = answer.content.decode()
    assert "<code>name,hour</code>" in body
    assert "choice: dawn, dusk" in body
    assert answer.context["quote"].problems == ("Add a table of values: a row for each variant.",)


def test_the_preview_lists_every_take_and_puts_the_total_on_the_button(client, prompt):
    body = preview(client, order(prompt, seeds="7, 21", takes="1"))
    assert "Order 2 takes, about $0.02" in body
    assert body.count('name="left_out"') == 2
    assert "<h1" not in body
    assert not Batch.objects.exists()


def test_a_row_left_out_stays_listed_and_is_not_paid(client, prompt):
    form = order(prompt, left_out=["1.sandbox-1.any.2"])
    body = preview(client, form)
    assert "Order 2 takes, about $0.02" in body
    assert re.findall(r'value="(1\.[^"]+)"( checked)?>', body) == [
        ("1.sandbox-1.any.1", ""),
        ("1.sandbox-1.any.2", " checked"),
        ("1.sandbox-1.any.3", ""),
    ]
    client.post(NEW, agreed_to(client, form))
    assert Generation.objects.count() == 2


def test_it_says_when_the_prompt_becomes_another_revision(client, prompt):
    assert "The prompt becomes revision 2" in preview(client, order(prompt))
    prompt.spec = {"resolution": "640x360", "ratio": "16:9", "seconds": "1"}
    prompt.save()
    assert "The prompt becomes" not in preview(client, order(prompt))


def test_models_that_cannot_be_used_stand_apart_with_the_reason(client):
    body = client.get(NEW).content.decode()
    assert 'value="sandbox-1"' in body
    assert 'value="sora-2"' not in body
    assert "2 cannot be used now" in body


def test_one_press_orders_what_was_agreed_to(client, prompt):
    answer = client.post(NEW, agreed_to(client, order(prompt)))
    batch = Batch.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/p/harbour/batches/{batch.pk}/")
    assert (batch.generations.count(), batch.cost_estimated, batch.name) == (3, Decimal("0.03"), prompt.title)


def test_a_double_click_makes_one_batch(client, prompt):
    form = agreed_to(client, order(prompt))
    assert client.post(NEW, form).url == client.post(NEW, form).url
    assert Generation.objects.count() == 3


def test_without_a_script_the_first_press_shows_the_total(client, prompt):
    answer = client.post(NEW, order(prompt))
    assert answer.status_code == 409
    assert "The total is $0.03" in answer.content.decode()
    assert not Batch.objects.exists()
    client.post(NEW, order(prompt, agreed=answer.context["quote"].agreed))
    assert Batch.objects.count() == 1


def test_another_total_than_agreed_sends_nothing_and_keeps_what_was_typed(client, prompt):
    form = agreed_to(client, order(prompt)) | {"takes": "5", "name": "Five of them"}
    answer = client.post(NEW, form)
    assert answer.status_code == 409
    assert "Now $0.05, was $0.03" in answer.content.decode()
    assert "Five of them" in answer.content.decode()
    assert not Batch.objects.exists()


def test_what_is_missing_stands_on_the_button_and_the_press_is_refused(client, prompt, project, moderator):
    form = agreed_to(client, order(prompt))
    set_budget(project=project, by=moderator, person=None, period=Period.MONTH, cap=Decimal("0.01"))
    body = preview(client, form)
    assert "$0.02 missing for 3 takes" in body
    assert "disabled" in body.partition("missing for")[0].rpartition("<button")[2]
    answer = client.post(NEW, form)
    assert answer.status_code == 422
    assert "$0.02 is missing. Nothing was sent." in answer.content.decode()
    assert not Batch.objects.exists()
    assert not Generation.objects.exists()


def test_a_table_is_pasted_or_uploaded(client, template):
    upload = SimpleUploadedFile("guests.csv", VALUES.encode())
    for form in (order(template, values=VALUES), order(template, table=upload)):
        body = preview(client, form)
        assert "Order 2 takes" in body
        assert "Ada, dawn" in body
        assert "Grace, dusk" in body


def test_an_upload_comes_back_as_text_when_the_page_does(client, template):
    upload = SimpleUploadedFile("guests.csv", VALUES.encode())
    body = client.post(NEW, order(template, table=upload)).content.decode()
    assert "Ada,dawn\nGrace,dusk" in body


def test_every_wrong_cell_is_listed(client, template):
    body = preview(client, order(template, values="name,hour\n,noon\n"))
    assert "2 things are to be put right." in body
    assert "<li>Row 2, column “name”: it is empty and has no default.</li>" in body
    assert "<li>Row 2, column “hour”: “noon” is not one of dawn, dusk.</li>" in body
    assert "disabled" in body.partition("Order takes")[0].rpartition("<button")[2]


def test_an_unreadable_table_is_said_beside_its_field(client, template):
    body = preview(client, order(template, values="name,hour\nAda\n"))
    said = body.partition('id="said-values"')[2]
    assert "Row 2 has 1 cell; the head has 2." in said


@pytest.mark.parametrize("cell", ["<script>alert(1)</script>", "=1+1", "{{hour}}"])
def test_cells_are_only_text(cell, client, template):
    form = agreed_to(client, order(template, values=f'name,hour\n"{cell}",dawn\n'))
    assert b"<script>alert" not in client.post(PREVIEW, form, headers=HTMX).content
    client.post(NEW, form)
    assert Batch.objects.get().prompts.get().text == f"Hello {cell}"


def test_65_takes_are_refused_with_how_many_to_leave_out(client, prompt):
    body = preview(client, order(prompt, seeds="1, 200", takes="33"))
    assert "66 takes are asked for; 64 at most go into one batch. Leave out 2." in body
    assert not re.search(r'name="agreed" value="[^"]+"', body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "prompt-999999"),
        ("source", "prompt-" + "9" * 40),
        ("source", "user-1"),
        ("models", ["sora-2"]),
        ("models", []),
        ("seconds", "many"),
        ("size", "0x0"),
        ("size", "9x9x9"),
        ("takes", "65"),
        ("seeds", "-1"),
        ("seeds", "99999999999"),
        ("fps", "12"),
        ("form_token", "no"),
    ],
)
def test_whatever_else_is_sent_is_refused_in_words(field, value, client, prompt):
    answer = client.post(NEW, order(prompt, **{field: value}))
    assert answer.status_code == 422
    assert "to be put right" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_prompt_of_another_project_cannot_be_chosen(client, project):
    elsewhere = make_project("elsewhere")
    other = make_prompt(elsewhere, make_person("ada", elsewhere))
    assert client.get(f"{NEW}?prompt={other.pk}").context["form"].source_row is None
    assert client.post(NEW, order(other)).status_code == 422


def test_a_prompt_made_elsewhere_is_not_offered(client, project, author):
    imported = make_prompt(project, author, mode="import")
    assert client.post(NEW, order(imported)).status_code == 422
