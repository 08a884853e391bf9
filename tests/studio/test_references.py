import hashlib

import pytest

from providers.base import Operation, ReferenceRole
from studio.models import AssetKind, PromptReference
from studio.references import Chosen, planned, references_of, roles_for, shown_reference, upright_sides
from tests.factories import FACTS, make_asset, make_candidate, make_generation, make_prompt

pytestmark = pytest.mark.django_db
SOURCE, FIRST = ReferenceRole.SOURCE, ReferenceRole.FIRST_FRAME


@pytest.fixture
def take(project, author):
    """The first clip of a job that the sandbox made."""
    prompt = make_prompt(project, author)
    generation = make_generation(prompt, remote_id="video_7")
    return make_candidate(prompt, generation=generation, content=b"the take")


def test_an_asset_goes_along_with_its_bytes_type_and_size(project, author):
    asset = make_asset(project, author)
    reference = Chosen(FIRST, asset=asset).as_reference("runway", with_content=True)
    assert hashlib.sha256(reference.content).hexdigest() == asset.blob.sha256
    assert (reference.role, reference.name, reference.media_type) == (FIRST, "still.file", "image/png")
    assert (reference.size, reference.seconds, reference.remote_id) == ("320x180", None, "")


def test_planning_needs_no_bytes(project, author):
    asset = make_asset(project, author, kind=AssetKind.CLIP)
    (reference,) = planned([Chosen(SOURCE, asset=asset)], "runway")
    assert (reference.content, reference.seconds, reference.media_type) == (b"", 5, "video/mp4")


def test_a_take_as_source_is_the_clip_and_carries_its_name_at_its_own_provider(take):
    here = Chosen(SOURCE, take=take).as_reference("sandbox", with_content=True)
    assert (here.content, here.media_type, here.seconds) == (b"the take", "video/mp4", 2)
    assert (here.remote_id, here.size) == ("video_7", "64x36")
    assert Chosen(SOURCE, take=take).as_reference("runway", with_content=False).remote_id == ""


def test_a_further_clip_of_a_job_has_no_name_of_its_own_there(take):
    take.sample = 1
    assert Chosen(SOURCE, take=take).as_reference("sandbox", with_content=False).remote_id == ""


def test_a_take_as_a_frame_is_its_poster(take):
    reference = Chosen(FIRST, take=take).as_reference("sandbox", with_content=True)
    assert (reference.media_type, reference.seconds, reference.remote_id) == ("image/jpeg", None, "")
    assert reference.content != b"the take"


def test_the_files_of_a_prompt_come_in_their_order(take, project, author):
    prompt = make_prompt(project, author, mode="edit")
    PromptReference.objects.create(prompt=prompt, position=1, role="reference", asset=make_asset(project, author))
    PromptReference.objects.create(prompt=prompt, position=0, role="source", take=take)
    assert [(each.role.value, each.remote_id) for each in references_of(prompt, provider="sandbox")] == [
        ("source", "video_7"),
        ("reference", ""),
    ]


def test_a_record_of_a_request_holds_no_bytes(take):
    shown = shown_reference(Chosen(SOURCE, take=take).as_reference("sandbox", with_content=True))
    assert shown == {
        "role": "source",
        "name": take.name,
        "media_type": "video/mp4",
        "remote_id": "video_7",
        "size": "64x36",
    }


@pytest.mark.parametrize(
    ("operation", "roles"),
    [
        (Operation.TEXT_TO_VIDEO, []),
        (Operation.IMAGE_TO_VIDEO, ["first_frame", "reference"]),
        (Operation.FIRST_LAST_FRAME, ["first_frame", "last_frame"]),
        (Operation.INPAINT, ["reference", "source", "mask"]),
        (Operation.REMIX, ["source"]),
    ],
)
def test_each_mode_has_its_roles(operation, roles):
    assert [role.value for role in roles_for(operation)] == roles


@pytest.mark.parametrize(("rotation", "sides"), [(0, (64, 36)), (90, (36, 64)), (180, (64, 36)), (270, (36, 64))])
def test_sides_are_as_people_see_them(rotation, sides):
    assert upright_sides(FACTS | {"rotation": rotation}) == sides
