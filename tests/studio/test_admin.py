import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission

from studio.actions.events import verify_chain
from studio.admin import NeverDeleted, ReadOnly
from studio.models import Event, Project, User
from studio.rules.roles import Role
from tests.factories import make_candidate, make_generation, make_person, make_prompt

pytestmark = pytest.mark.django_db
MODELS = [model for model in apps.get_app_config("studio").get_models() if model in admin.site._registry]


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("root", password="a long password")


def test_every_noun_of_making_can_be_looked_up():
    names = {model.__name__ for model in MODELS}
    assert {"Project", "User", "Prompt", "Generation", "Candidate", "Blob", "Event"} <= names


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_lists_and_searches_open_and_nothing_can_be_deleted(model, client, superuser, project, author, rf):
    prompt = make_prompt(project, author)
    make_generation(prompt)
    make_candidate(prompt)
    client.force_login(superuser)
    where = f"/admin/studio/{model._meta.model_name}/"
    query = "?q=a" if admin.site._registry[model].search_fields else ""
    assert client.get(where + query).status_code == 200
    assert isinstance(admin.site._registry[model], NeverDeleted)
    request = rf.get(where)
    request.user = superuser
    assert not admin.site._registry[model].has_delete_permission(request)


def test_rows_that_actions_write_are_read_only_even_for_a_superuser(client, superuser, project, author):
    take = make_candidate(make_prompt(project, author))
    client.force_login(superuser)
    where = f"/admin/studio/candidate/{take.pk}/change/"
    assert client.get(where).status_code == 200
    assert client.post(where, {"status": "approved"}).status_code == 403
    assert client.get("/admin/studio/candidate/add/").status_code == 403
    take.refresh_from_db()
    assert take.status == "checking"


def test_staff_with_every_permission_cannot_raise_themselves_or_become_another(client, project, reviewer):
    """Four eyes would be worth nothing if one pair could sign in twice."""
    staff = make_person("staff", project, Role.MODERATOR, is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    client.force_login(staff)
    password = reviewer.password
    for person in (staff, reviewer):
        where = f"/admin/studio/user/{person.pk}"
        assert client.post(f"{where}/change/", {"username": person.username, "is_superuser": "on"}).status_code == 403
        changed = client.post(
            f"{where}/password/", {"password1": "another long word", "password2": "another long word"}
        )
        assert changed.status_code == 403
        person.refresh_from_db()
        assert not person.is_superuser
    assert client.post("/admin/studio/user/add/", {}).status_code == 403
    assert reviewer.password == password


def test_kept_by_hand_are_projects_and_people_alone():
    assert {model.__name__ for model in MODELS if not isinstance(admin.site._registry[model], ReadOnly)} == {
        "Project",
        "User",
    }


def test_a_project_kept_by_hand_leaves_its_events(client, superuser, reviewer):
    client.force_login(superuser)
    members = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    first = {"memberships-0-user": reviewer.pk, "memberships-0-role": "editor"}
    client.post("/admin/studio/project/add/", {"name": "Quay", "slug": "quay", **members, **first})
    project = Project.objects.get(slug="quay")
    told = Event.objects.filter(subject=f"project:{project.pk}").values_list("verb", "actor", "data")
    assert list(told) == [
        ("created_by_hand", f"user:{superuser.pk}", {"fields": ["name", "slug"]}),
        ("enrolled", f"user:{superuser.pk}", {"user": reviewer.pk, "role": "editor"}),
    ]
    row = project.memberships.get()
    gone = {"memberships-0-id": row.pk, "memberships-0-DELETE": "on"}
    kept = members | {"memberships-INITIAL_FORMS": 1}
    address = f"/admin/studio/project/{project.pk}/change/"
    client.post(address, {"name": "Quay", "slug": "quay", **kept, **first, **gone})
    assert Event.objects.latest("seq").verb == "struck_off"
    assert not project.memberships.exists()
    assert verify_chain() == ""
