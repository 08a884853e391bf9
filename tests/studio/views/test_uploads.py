import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.feedgenerator import Rss201rev2Feed

from studio.models import Candidate
from tests.clips import draw_clip

pytestmark = pytest.mark.django_db
URL = "/p/harbour/upload/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def clip(tmp_path) -> bytes:
    return draw_clip(tmp_path / "drawn.mp4").read_bytes()


def file_of(content: bytes, name: str = "harbour.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="video/mp4")


def test_a_file_becomes_a_take_and_the_answer_links_it(project, author, sign_in, clip):
    response = sign_in(author).post(URL, {"clips": [file_of(clip)], "text": "A harbour"}, headers=JSON)
    take = Candidate.objects.get()
    assert response.status_code == 200
    assert response.json() == {"takes": [{"name": "harbour.mp4", "href": f"/candidates/{take.uuid}/"}], "errors": []}
    assert (take.prompt.text, take.made_by, take.facts["frames"]) == ("A harbour", author, 8)


@pytest.mark.parametrize(("text", "title"), [("\x01A\u202e bell\x1b", "A bell"), ("\x02", "harbour.mp4")])
def test_a_title_holds_nothing_that_would_break_the_public_feed(project, author, sign_in, clip, text, title):
    """RSS cannot carry control characters: one such title would take the whole feed down."""
    sign_in(author).post(URL, {"clips": [file_of(clip)], "text": text}, headers=JSON)
    take = Candidate.objects.get()
    assert take.prompt.title == title
    feed = Rss201rev2Feed(take.prompt.title, "/", take.name)
    assert take.prompt.title in feed.writeString("utf-8")


def test_one_bad_file_does_not_hold_up_the_others(project, author, sign_in, clip):
    files = [file_of(b"GIF89a" + b"\0" * 64, "cat.gif"), file_of(clip), file_of(b"", "nothing.mp4")]
    response = sign_in(author).post(URL, {"clips": files})
    page = response.content.decode()
    assert response.status_code == 200
    assert Candidate.objects.count() == 1
    assert [error["name"] for error in response.context["errors"]] == ["cat.gif", "nothing.mp4"]
    assert all(error["error"] in page or "&" in page for error in response.context["errors"])
    assert "1 came in, 2 refused" in page


def test_a_file_that_cannot_be_used_is_a_422_with_a_sentence(project, author, sign_in):
    response = sign_in(author).post(URL, {"clips": [file_of(b"not a clip", "notes.mp4")]}, headers=JSON)
    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["name"] == "notes.mp4"
    assert error["error"].endswith(".")
    assert not Candidate.objects.exists()


def test_a_file_above_the_limit_is_refused(project, author, sign_in, clip, settings):
    settings.MAX_CLIP_BYTES = 100
    response = sign_in(author).post(URL, {"clips": [file_of(clip)]}, headers=JSON)
    assert response.status_code == 422
    assert not Candidate.objects.exists()


def test_no_file_is_refused_both_ways(project, author, sign_in):
    page = sign_in(author).post(URL, {"text": ""})
    assert (page.status_code, page.context["form"].errors["clips"]) == (422, ["Choose at least one clip."])
    answer = sign_in(author).post(URL, {}, headers=JSON)
    assert answer.json()["errors"][0]["error"] == "Choose at least one clip."


def test_reviewers_are_refused_and_outsiders_do_not_find_it(project, reviewer, outsider, sign_in, clip):
    assert sign_in(reviewer).post(URL, {"clips": [file_of(clip)]}, headers=JSON).status_code == 403
    assert sign_in(outsider).get(URL).status_code == 404
    assert not Candidate.objects.exists()


def test_it_says_how_large_a_file_may_be(project, author, sign_in, settings):
    settings.MAX_CLIP_BYTES = 3 * 1024**2
    assert "at most 3.0\xa0MB each" in sign_in(author).get(URL).content.decode()
