"""Content credentials in files: read offline, held against the bytes, and said in three words."""

import subprocess
import sys

import pytest

from studio.media.child import run_child
from studio.media.credential import ABSENT, Credential, Standing, printable, read_credential, summary
from tests.clips import draw_clip
from tests.signing import make_issuer, sign


@pytest.fixture(scope="module")
def issuer():
    return make_issuer()


@pytest.fixture
def signed(tmp_path, issuer):
    return sign(draw_clip(tmp_path / "plain.mp4"), tmp_path / "signed.mp4", issuer)


def read(path, anchors=""):
    with path.open("rb") as file:
        return read_credential(file, anchors)


def test_a_file_without_one_has_none_and_never_loads_the_parser(tmp_path):
    clip = draw_clip(tmp_path / "plain.mp4")
    code = (
        "import sys; from studio.media.credential import read_credential; "
        f"print(read_credential(open({str(clip)!r}, 'rb')).standing, 'c2pa' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["absent", "False"]


def test_a_sound_one_of_a_stranger_is_valid_and_of_a_trusted_issuer_trusted(signed, issuer):
    said = read(signed)
    assert (said.standing, said.issuer, said.generator) == (Standing.VALID, "Example Studio", "Example Video 2")
    assert (said.source_type, said.actions, said.problems) == ("trainedAlgorithmicMedia", ("c2pa.created",), ())
    assert read(signed, issuer.root).standing is Standing.TRUSTED
    assert read(signed, make_issuer().root).standing is Standing.VALID


def test_a_changed_byte_breaks_it(signed):
    content = bytearray(signed.read_bytes())
    content[-10] ^= 1
    signed.write_bytes(content)
    said = read(signed)
    assert (said.standing, said.problems) == (Standing.BROKEN, ("assertion.bmffHash.mismatch",))


def test_what_broke_it_is_kept_and_not_that_its_issuer_is_a_stranger():
    codes = ["signingCredential.untrusted", "signingCredential.expired", "signingCredential.expired"]
    said = summary("Invalid", {"validation_status": [{"code": code} for code in codes]})
    assert (said.standing, said.problems) == (Standing.BROKEN, ("signingCredential.expired",))


def test_a_manifest_that_cannot_be_read_is_a_broken_one(signed):
    content = bytearray(signed.read_bytes())
    at = content.index(b"jumb") + 30
    content[at : at + 30] = b"x" * 30
    signed.write_bytes(content)
    said = read(signed)
    assert said.standing is Standing.BROKEN
    assert said.problems


def test_half_a_file_is_broken(signed):
    content = signed.read_bytes()
    signed.write_bytes(content[: len(content) // 2])
    assert read(signed).standing is Standing.BROKEN


def test_the_limited_child_reads_it_too(signed, tmp_path):
    request = {"spec": {}, "checks": {}, "samples": False, "anchors": "", "profile": {}}
    answer = run_child("reviews.checks.inspection_child", blob=signed, request=request, folder=tmp_path)
    assert Credential.from_json(answer["credential"]) == read(signed)


def test_words_of_a_manifest_are_one_short_line():
    assert printable("a\x00b\nc\u202e" + "d" * 300) == ("a b c " + "d" * 300)[:200]
    assert printable(7) == ""


def test_a_report_of_another_shape_says_no_more_than_its_state():
    odd = {"manifests": {"a": {"signature_info": 7, "assertions": [3, {"label": "c2pa.actions", "data": [1]}]}}}
    assert summary("Valid", odd | {"active_manifest": "a"}) == Credential(Standing.VALID)
    assert summary("Unheard of", {}) == Credential(Standing.BROKEN)


def test_it_survives_being_written_down(signed):
    assert Credential.from_json(read(signed).as_json()) == read(signed)
    assert Credential.from_json(ABSENT.as_json()) == ABSENT
