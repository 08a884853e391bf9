"""Verdicts on real generated clips, in the folder that DAILIES_REAL_CLIPS names."""

import os
from pathlib import Path

import pytest

from reviews.checks.base import Record, Spec
from reviews.checks.near_duplicate import NearDuplicate
from reviews.checks.record import KnownClip
from reviews.checks.runner import inspect_file, leave_samples, view_samples
from reviews.rules.policy import load_policy
from reviews.rules.severity import Severity

FOLDER = os.environ.get("DAILIES_REAL_CLIPS", "")
pytestmark = [pytest.mark.real_clips, pytest.mark.skipif(not FOLDER, reason="DAILIES_REAL_CLIPS names no folder")]


def inspected(name, tmp_path):
    return inspect_file(Path(FOLDER) / name, spec=Spec(), policy=load_policy(), folder=tmp_path)


def findings(name, tmp_path):
    return inspected(name, tmp_path).findings


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("gen3c_cafe_woman.mp4", set()),
        ("wan21_lora_flatcolor.mp4", set()),
        ("wan21_lora_steamboat.mp4", {"letterbox"}),
        ("cogvideox_child_dark.mp4", set()),
        ("cogvideo_train.mp4", set()),
        ("allegro_aurora.mp4", set()),
        ("ovi_kitchen.mp4", set()),
        ("dup_chair_orig.mp4", {"letterbox"}),
        ("uhd_motorcycle.mp4", set()),
    ],
)
def test_it_finds_no_fault_in_a_clean_clip_but_those_it_has(name, true, tmp_path):
    faults = {each.check for each in findings(name, tmp_path) if each.severity.rank >= Severity.MAJOR.rank}
    assert faults == true


def test_it_finds_the_cuts_of_the_counter(tmp_path):
    cuts = [each.start_seconds for each in findings("psd_counter.mp4", tmp_path) if each.check == "hard_cuts"]
    assert cuts == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("dup_chair_sepia.mp4", ["same"]),
        ("dup_chair_logo.mp4", ["same"]),
        ("dup_chair_20.mp4", ["same"]),
        ("other_doorknob.mp4", []),
    ],
)
def test_it_knows_a_clip_again_by_its_picture(name, label, tmp_path):
    original, other = (inspected(each, tmp_path) for each in ("dup_chair_orig.mp4", name))
    record = Record(other.clip, fingerprint=other.fingerprint, known=[KnownClip("it", "1", "", original.fingerprint)])
    assert [seen.label for seen in NearDuplicate().consult(record)] == label


@pytest.mark.parametrize("name", ["animatediff_girl.gif", "animatediff_man.gif", "psd_fades.mp4"])
def test_it_refuses_what_is_no_clip_of_ours(name, tmp_path):
    (finding,) = findings(name, tmp_path)
    assert (finding.check, finding.label, finding.severity) == ("container", "unreadable", Severity.BLOCKING)


def viewed(name, tmp_path):
    """Check key → the report of each model instrument."""
    clip = leave_samples(Path(FOLDER) / name, spec=Spec(), folder=tmp_path)
    return {report.check: report for report in view_samples(tmp_path, clip, load_policy())}


@pytest.mark.parametrize(
    ("name", "at_once"),
    [
        ("gen3c_cafe_woman.mp4", 1),
        ("ltx2_couple_talk.mp4", 1),  # the other is a profile
        ("ovi_two_men.mp4", 2),
        ("cogvideox_graffiti.mp4", 1),
        ("cogvideox_child_dark.mp4", 1),  # half a face fills the frame
    ],
)
def test_it_sees_people_and_asks_about_their_likeness(name, at_once, tmp_path):
    report = viewed(name, tmp_path)["people"]
    assert [finding.label for finding in report.findings] == ["faces"]
    assert report.details["at_once"] == at_once


@pytest.mark.parametrize(
    "name",
    ["wan21_lora_flatcolor.mp4", "wan21_i2v_cat_a.mp4", "cogvideox_ship.mp4", "dup_chair_orig.mp4", "psd_counter.mp4"],
)
def test_it_takes_no_drawing_animal_or_thing_for_a_person_or_for_nude(name, tmp_path):
    reports = viewed(name, tmp_path)
    assert (reports["people"].status, reports["nudity"].status) == ("clean", "clean")


@pytest.mark.parametrize("name", ["gen3c_cafe_woman.mp4", "ovi_kitchen.mp4", "ltx2_couple_talk.mp4"])
def test_dressed_people_are_far_from_nude(name, tmp_path):
    assert viewed(name, tmp_path)["nudity"].measured < 0.1
