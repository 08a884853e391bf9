import pytest

from providers.base import CameraMove, GenerationRequest, Operation, ReferenceRole
from tests.providers.kling.helpers import Far, asking, kling, ok, still, take

ADAPTER = kling(Far(ok(None)))


def problems(*request, **changes):
    return [problem.message for problem in ADAPTER.validate(asking(*request, **changes))]


@pytest.mark.parametrize("model", ADAPTER.capabilities().models, ids=lambda model: model.key)
def test_every_model_makes_a_clip_from_words_in_every_size_it_lists(model):
    assert all(problems(model.key, size=size) == [] for size in model.sizes)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (asking("kling-v1", seconds=7), "makes 5 or 10 s"),
        (asking("kling-v3", seconds=16), "15 s at most"),
        (asking("kling-3.0", seconds=2), "3 s at least"),
        (asking("kling-v2-6", size="3840x2160"), "the spec asks for 3840x2160"),
        (asking("kling-v2-6", audio=True), "sound at 1080p only"),
        (asking("kling-v1", audio=True), "makes no sound"),
        (asking("kling-v1", negative="x" * 2501), "2500 characters at most; it has 2501"),
        (GenerationRequest("kling-v3", "x" * 2501), "2500 characters at most"),
        (GenerationRequest("kling-3.0", "x" * 3073), "3072 characters at most"),
        (asking("kling-v3", seed=1), "takes no seed"),
        (asking("kling-9"), "no model named kling-9"),
        (
            asking(
                "kling-v1",
                Operation.FIRST_LAST_FRAME,
                still(),
                still(ReferenceRole.LAST_FRAME),
                camera=CameraMove.PAN_LEFT,
            ),
            "exclude each other",
        ),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(media_type="image/webp")), "takes JPEG and PNG"),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(content=bytes(10 * 1024 * 1024 + 1))), "10 MB at most"),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(size="400x225")), "300 pixels a side"),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(size="1300x500")), "from 1:2.5 to 2.5:1"),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(size="720x1280")), "shape of its first frame"),
        (asking("kling-v1-6", Operation.REFERENCE_TO_VIDEO, *[still(ReferenceRole.REFERENCE)] * 5), "4 reference"),
        (asking("kling-o1", Operation.EDIT, take(), *[still(ReferenceRole.REFERENCE)] * 5), "4 reference images"),
        (asking("kling-o1", Operation.EDIT, take(remote_id="")), "fetches a source clip by address"),
        (asking("kling-o1", Operation.EDIT, take(remote_id="video_17")), "fetches a source clip by address"),
        (asking("kling-o1", Operation.EDIT, take(seconds=12)), "clips of 10 s at most"),
        (asking("kling-o1", Operation.EDIT, take(seconds=2)), "clips of 3 s at least"),
        (asking("kling-o1", Operation.INPAINT, take(), still(ReferenceRole.MASK)), "takes no mask"),
        (asking("kling-v1", Operation.EXTEND, take(), seconds=10), "adds 5 s"),
        (asking("kling-v1", Operation.EXTEND, take("v2/91/0")), "extends clips of Kling 1.x only"),
        (asking("kling-v3", Operation.EXTEND, take()), "extends no clips"),
        (asking("kling-v2-master", Operation.FIRST_LAST_FRAME, still(), still(ReferenceRole.LAST_FRAME)), "no last"),
    ],
)
def test_it_says_beforehand_what_would_be_refused_or_misread(request_, words):
    assert [words in problem.message for problem in ADAPTER.validate(request_)].count(True) == 1


@pytest.mark.parametrize(
    "request_",
    [
        asking("kling-v3", Operation.IMAGE_TO_VIDEO, still()),
        asking("kling-v3", Operation.IMAGE_TO_VIDEO, still(size="")),
        asking("kling-v2-6", size="1920x1080", audio=True),
        asking("kling-v1", Operation.EXTEND, take(), seconds=5),
        asking("kling-v3-omni", Operation.EDIT, take("v2/91/0"), *[still(ReferenceRole.REFERENCE)] * 4),
        asking("kling-3.0-omni", Operation.EXTEND, take("v1/omni-video/1/a"), seconds=3),
        asking("kling-v1", camera=CameraMove.PAN_LEFT),
    ],
)
def test_it_lets_pass_what_fits(request_):
    assert ADAPTER.validate(request_) == []
