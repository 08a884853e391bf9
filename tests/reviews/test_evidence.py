"""Pictures and curves beside findings: which are made, how they look, who sees them."""

import cv2
import numpy as np
import pytest

from reviews.checks.findings import Curve, Evidence, Heat
from reviews.evidence import pictures_of, shown_of
from reviews.views.evidence import OUR_NAMES, drawn
from studio.media.pictures import Picture, take_pictures
from studio.media.pictures_child import cropped, heated, veiled
from tests.clips import draw_clip
from tests.factories import make_candidate, make_prompt

BOX = (0.25, 0.25, 0.5, 0.5)
HEAT = Heat(1, 2, (0, 255))


def half_white() -> np.ndarray:
    """Left half black, right half white; 200x100, BGR."""
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, 100:] = 255
    return picture


def test_each_kind_of_evidence_has_its_pictures():
    plain = Evidence(frames=(3, 9))
    assert [each.name for each in pictures_of(plain, ())] == ["still-3.jpg", "still-9.jpg"]
    assert [each.name for each in shown_of(plain, ())] == ["still-3", "still-9"]
    crop = Evidence(frames=(3,), crop=True)
    assert [each.name for each in pictures_of(crop, [BOX])] == ["still-3.jpg", "crop-3-250-250-500-500.jpg"]
    assert [each.name for each in shown_of(crop, [BOX])] == ["crop-3-250-250-500-500"]


def test_a_sensitive_still_is_shown_veiled_and_names_what_is_under_it():
    (shown,) = shown_of(Evidence(frames=(3,), sensitive=True), ())
    assert (shown.name, shown.uncovered) == ("veiled-3", "still-3")


def test_every_name_is_one_that_is_served():
    everything = Evidence(frames=(3,), crop=True, sensitive=True, heat=HEAT)
    assert all(OUR_NAMES.fullmatch(each.name.removesuffix(".jpg")) for each in pictures_of(everything, [BOX]))
    assert len(pictures_of(everything, [BOX])) == 4


def test_at_most_three_frames_are_shown():
    assert len(shown_of(Evidence(frames=(1, 2, 3, 4)), ())) == 3


def test_a_crop_keeps_native_pixels():
    assert cropped(half_white(), (0.5, 0.0, 0.5, 1.0)).shape == (100, 100, 3)
    assert (cropped(half_white(), (0.5, 0.0, 0.5, 1.0)) == 255).all()


def test_a_veil_leaves_masses_and_no_edges():
    fine = np.kron(np.indices((30, 60)).sum(axis=0) % 2, np.ones((4, 4))).astype(np.uint8) * 255  # squares of 4 px
    assert np.ptp(veiled(fine[..., None].repeat(3, 2))) < 40
    assert veiled(half_white())[:, :60].mean() < 40 < 215 < veiled(half_white())[:, 140:].mean()


def test_heat_colours_only_the_cells_that_have_any():
    picture = np.full((100, 200, 3), 100, np.uint8)
    warm = heated(picture, np.array([[0, 255]], np.uint8))
    assert (warm[:, :100] == 100).all()
    assert (warm[:, 100:] != 100).any()


def test_the_pictures_are_those_of_the_frames_asked_for(tmp_path):
    greys = [(level, level, level) for level in (40, 90, 140, 190)]
    clip = draw_clip(tmp_path / "a.mp4", frames=4, size=(64, 36), draw=greys)
    take_pictures(clip, [Picture("still-2.jpg", 2), Picture("still-9.jpg", 9)], tmp_path)
    assert cv2.imread(str(tmp_path / "still-2.jpg")).mean() == pytest.approx(140, abs=3)
    assert not (tmp_path / "still-9.jpg").exists()


def test_a_curve_is_drawn_over_its_own_time_with_its_limit():
    curve = drawn(Curve((2.0, 3.0), (0.0, 10.0), "Hz", threshold=5.0))
    assert curve.points == "0.0,40.0 300.0,3.64"
    assert curve.limit == pytest.approx(21.82, abs=0.01)
    assert curve.words == "2.0–3.0 s, at most 10 Hz, limit 5"
    assert drawn(Curve((2.0,), (1.0,), "Hz")) is None


def test_only_who_may_see_the_take_gets_its_evidence(client, project, author, reviewer, django_user_model):
    from studio.store import media_store

    candidate = make_candidate(make_prompt(project, author))
    path = media_store().derived_path(candidate.sha256, "still-3.jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"jpeg")
    address = f"/candidates/{candidate.uuid}/evidence/still-3.jpg"
    client.force_login(reviewer)
    assert client.get(address).status_code == 200
    assert client.get(address.replace("still-3", "poster")).status_code == 404
    client.force_login(django_user_model.objects.create_user("stranger"))
    assert client.get(address).status_code == 404
