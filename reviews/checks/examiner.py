"""examiner: what an outside examiner said of a few pictures, as observations. It runs only where one is set up."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from providers.examiners.base import Remark
from reviews.checks.base import Clip
from reviews.checks.findings import Evidence, Observation

KEY, VERSION = "examiner", 1
REPORT_ABOVE = 0.5
"""How sure the examiner must be, 0-1: its own scale, which nobody here has calibrated."""
SENSITIVE = frozenset({"violence", "graphic_violence", "self_harm"})


def observations_of(
    remarks: Sequence[Remark], frames: Sequence[int], clip: Clip, *, report_above: float = REPORT_ABOVE
) -> Iterator[Observation]:
    """The surest remark of each label, from the picture before to the picture after the one it is about.

    `frames` are the frame numbers of the pictures that the examiner was shown, in their order.
    """
    sure = sorted((each for each in remarks if each.score >= report_above), key=lambda each: each.label)
    for label, group in groupby(sure, key=lambda each: each.label):
        alike = list(group)
        if alike[0].picture is None:
            yield from (_of_clip(each, clip, report_above) for each in alike)
            continue
        worst = max(alike, key=lambda each: each.score)
        numbers = [each.picture for each in alike if each.picture is not None]
        start = frames[max(0, min(numbers) - 1)]
        end = frames[max(numbers) + 1] if max(numbers) + 1 < len(frames) else clip.frames
        peak = frames[worst.picture or 0]
        yield Observation.of_range(
            clip,
            label,
            (start, end),
            score=worst.score,
            threshold=report_above,
            unit="sure, 0-1",
            message=worst.words,
            peak_frame=peak,
            evidence=Evidence(frames=(peak,), sensitive=label in SENSITIVE),
        )


def _of_clip(remark: Remark, clip: Clip, threshold: float) -> Observation:
    return Observation.of_clip(
        clip, remark.label, score=remark.score, threshold=threshold, unit="sure, 0-1", message=remark.words
    )
