"""Verdicts on real generated clips, in the folder that DAILIES_REAL_CLIPS names."""

import os
from pathlib import Path

import pytest

from reviews.checks.base import Spec
from reviews.checks.runner import inspect_file
from reviews.rules.policy import load_policy
from reviews.rules.severity import Severity

FOLDER = os.environ.get("DAILIES_REAL_CLIPS", "")
pytestmark = [pytest.mark.real_clips, pytest.mark.skipif(not FOLDER, reason="DAILIES_REAL_CLIPS names no folder")]


def findings(name, tmp_path):
    return inspect_file(Path(FOLDER) / name, spec=Spec(), policy=load_policy(), folder=tmp_path).findings


@pytest.mark.parametrize(
    "name",
    [
        "gen3c_cafe_woman.mp4",
        "wan21_lora_flatcolor.mp4",
        "wan21_lora_steamboat.mp4",
        "cogvideox_child_dark.mp4",
        "cogvideo_train.mp4",
        "allegro_aurora.mp4",
        "ovi_kitchen.mp4",
        "dup_chair_orig.mp4",
        "uhd_motorcycle.mp4",
    ],
)
def test_it_finds_no_fault_in_a_clean_clip(name, tmp_path):
    assert [each.message for each in findings(name, tmp_path) if each.severity.rank >= Severity.MAJOR.rank] == []


def test_it_finds_the_cuts_of_the_counter(tmp_path):
    cuts = [each.start_seconds for each in findings("psd_counter.mp4", tmp_path) if each.check == "hard_cuts"]
    assert cuts == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize("name", ["animatediff_girl.gif", "animatediff_man.gif", "psd_fades.mp4"])
def test_it_refuses_what_is_no_clip_of_ours(name, tmp_path):
    (finding,) = findings(name, tmp_path)
    assert (finding.check, finding.label, finding.severity) == ("container", "unreadable", Severity.BLOCKING)
