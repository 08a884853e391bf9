"""Damaged files through the limited child: none ends it, none hangs, and none that a strict decoder rejects is clean.

A damaged file that decodes to the end without one error is another whole file, and may pass. DAILIES_FUZZ says how
many files; number N is made again by `damaged(N, make_seeds(folder))`.
"""

import os

import pytest

from reviews.checks.base import Spec
from reviews.checks.runner import inspect_file
from reviews.rules.policy import load_policy
from reviews.rules.severity import Severity
from studio.media.child import ChildLimits, run_child
from studio.media.errors import ChildFailed
from tests.reviews.checks.fuzzing import damaged, make_seeds

FILES = int(os.environ.get("DAILIES_FUZZ", "24"))
PACK = 24
PACKS = [range(first, min(first + PACK, FILES)) for first in range(0, FILES, PACK)]
LIMITS = ChildLimits(wall_seconds=120, cpu_seconds=100)
CHILD = "tests.reviews.checks.fuzzed_pack"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return make_seeds(tmp_path_factory.mktemp("seeds"))


def verdicts(files, folder):
    pack = folder / "pack"
    pack.write_bytes(b"".join(files))
    request = {"sizes": [len(file) for file in files]}
    return run_child(CHILD, blob=pack, request=request, folder=folder, limits=LIMITS)["files"]


def verdict_alone(raw, folder):
    """Of a file that may have ended its pack; one that ends its child must be stopped by the product itself."""
    try:
        (verdict,) = verdicts([raw], folder)
    except ChildFailed as failure:
        path = folder / "alone"
        path.write_bytes(raw)
        inspection = inspect_file(path, spec=Spec(), policy=load_policy(), folder=folder)
        assert [finding.severity for finding in inspection.findings] == [Severity.BLOCKING]
        return {"refused": str(failure), "hung": failure.kind in ("timeout", "cpu")}
    return verdict


def test_the_seeds_themselves_are_whole(seeds, tmp_path):
    for name, verdict in zip(seeds, verdicts(list(seeds.values()), tmp_path), strict=True):
        assert verdict == {"damaged": [], "failed": {}, "complaints": []}, name


@pytest.mark.parametrize("numbers", PACKS, ids=lambda numbers: f"{numbers[0]}-{numbers[-1]}")
def test_no_damaged_file_passes_as_clean(seeds, tmp_path, numbers):
    files = {number: damaged(number, seeds) for number in numbers}
    try:
        told = verdicts([raw for _, raw in files.values()], tmp_path)
    except ChildFailed:
        told = [verdict_alone(raw, tmp_path) for _, raw in files.values()]
    bad = {
        number: (files[number][0], verdict)
        for number, verdict in zip(files, told, strict=True)
        if verdict.get("failed") or verdict.get("complaints") or verdict.get("hung")
    }
    assert not bad, "\n".join(f"{number}: {what}" for number, what in bad.items())
