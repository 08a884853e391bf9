from io import BytesIO

import pytest
from PIL import Image

from studio.actions.assets import add_asset
from studio.errors import Invalid, NotPermitted
from studio.media.still_child import MOST_SIDE
from studio.models import Asset, AssetKind, Blob, Event
from studio.store import media_store
from tests.clips import draw_clip
from tests.factories import make_person, make_project

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "Own photograph, 2026"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(format: str = "PNG", size: tuple[int, int] = (64, 36), mode: str = "RGB", **options: object) -> bytes:
    with BytesIO() as file:
        Image.new(mode, size, "teal").save(file, format, **options)
        return file.getvalue()


def photographed() -> bytes:
    """A JPEG of a camera held sideways, which notes its maker and a place."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "A camera maker"
    exif.get_ifd(GPS)[1] = "N"
    return picture("JPEG", exif=exif)


def kept(asset: Asset) -> Image.Image:
    return Image.open(media_store().private_path(asset.blob.sha256))


@pytest.mark.parametrize(
    ("content", "media_type", "format"),
    [
        (picture("PNG"), "image/png", "PNG"),
        (picture("JPEG"), "image/jpeg", "JPEG"),
        (picture("WEBP"), "image/png", "PNG"),
        (picture("PNG", mode="P"), "image/png", "PNG"),
        (picture("PNG", mode="LA"), "image/png", "PNG"),
    ],
)
def test_a_still_is_written_anew_with_its_sides(project, author, content, media_type, format):
    asset = add_asset([content], project=project, by=author, name="a.png", rights_note=NOTE)
    assert (asset.kind, asset.width, asset.height, asset.blob.media_type) == (AssetKind.STILL, 64, 36, media_type)
    with kept(asset) as image:
        assert (image.format, image.size) == (format, (64, 36))
    with Image.open(media_store().derived_path(asset.blob.sha256, "thumb.jpg")) as small:
        assert small.format == "JPEG"


def test_what_a_camera_notes_is_gone_and_the_picture_stands_upright(project, author):
    asset = add_asset([photographed()], project=project, by=author, name="a.jpg", rights_note=NOTE)
    with kept(asset) as image:
        assert image.size == (36, 64) == (asset.width, asset.height)
        assert not dict(image.getexif())
    assert b"A camera maker" not in media_store().private_path(asset.blob.sha256).read_bytes()


def test_it_is_named_by_its_own_bytes_and_said_with_its_rights(project, author):
    asset = add_asset([picture()], project=project, by=author, name=" a\x01 b.png ", rights_note=f" {NOTE} ")
    event = Event.objects.get(subject=f"asset:{asset.pk}")
    assert (asset.name, asset.rights_note) == ("a b.png", NOTE)
    assert event.data == {"sha256": asset.blob.sha256, "kind": "still", "rights": NOTE}


def test_the_same_picture_twice_is_one_asset_with_its_first_note(project, author):
    first = add_asset([picture()], project=project, by=author, name="a.png", rights_note=NOTE)
    second = add_asset([picture()], project=project, by=author, name="b.png", rights_note="Another note")
    assert second == first
    assert (second.name, second.rights_note) == ("a.png", NOTE)


def test_two_projects_share_the_bytes_and_not_the_asset(project, author):
    elsewhere = make_project("elsewhere")
    other = make_person("other", elsewhere, "author")
    add_asset([picture()], project=project, by=author, name="a.png", rights_note=NOTE)
    add_asset([picture()], project=elsewhere, by=other, name="a.png", rights_note=NOTE)
    assert (Asset.objects.count(), Blob.objects.count()) == (2, 1)


def test_a_clip_is_an_asset_with_its_length(project, author, tmp_path):
    clip = draw_clip(tmp_path / "a.mp4").read_bytes()
    asset = add_asset([clip], project=project, by=author, name="a.mp4", rights_note=NOTE)
    assert (asset.kind, asset.width, asset.height, asset.blob.media_type) == (AssetKind.CLIP, 64, 36, "video/mp4")
    assert asset.duration_seconds > 0
    assert media_store().derived_path(asset.blob.sha256, "poster.jpg").is_file()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not a video file"),
        (b"GIF89a" + b"\0" * 64, "GIF"),
        (picture("PNG")[:-30], "cannot be read"),
        (b"\xff\xd8\xff" + b"<html>" * 20, "cannot be read"),
        (picture("PNG", (8, 8)), "smaller than 16"),
        (picture("PNG", (MOST_SIDE + 2, 16), "1"), "50 million"),
        (picture("PNG", (8000, 8000), "1"), "50 million"),
        (b"", "empty"),
    ],
)
def test_what_is_no_usable_picture_is_refused_in_words_and_leaves_nothing(project, author, content, said):
    with pytest.raises(Invalid, match=said):
        add_asset([content], project=project, by=author, name="a", rights_note=NOTE)
    assert not Asset.objects.exists()
    assert not [path for path in media_store().root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("note", ["", "   ", "\x01"])
def test_nobody_brings_in_a_file_without_saying_why_we_may_use_it(project, author, note):
    with pytest.raises(Invalid, match="why we may use"):
        add_asset([picture()], project=project, by=author, name="a.png", rights_note=note)


def test_a_reviewer_brings_nothing_in(project, reviewer):
    with pytest.raises(NotPermitted):
        add_asset([picture()], project=project, by=reviewer, name="a.png", rights_note=NOTE)
    assert not Asset.objects.exists()
