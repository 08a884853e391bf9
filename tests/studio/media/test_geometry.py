from fractions import Fraction

import pytest

from studio.media.geometry import fit, upright_size


@pytest.mark.parametrize(
    ("width", "height", "aspect", "rotation", "upright"),
    [
        (1280, 720, "1", 0, (1280, 720)),
        (3840, 2160, "1", 0, (1280, 720)),
        (2160, 3840, "1", 0, (720, 1280)),
        (64, 36, "1", 0, (64, 36)),  # never enlarged
        (63, 35, "1", 0, (64, 36)),  # 31.5 and 17.5 pairs round to the even neighbour
        (720, 576, "16/11", 0, (1048, 576)),  # 720 x 16/11 = 1047.3
        (720, 576, "8/9", 0, (720, 648)),  # 576 x 9/8
        (1920, 1080, "1", 90, (720, 1280)),
        (1920, 1080, "1", 180, (1280, 720)),
        (1, 1, "1", 0, (2, 2)),
        (64, 36, "1000", 0, (64, 36)),  # nonsense is ignored
    ],
)
def test_the_picture_is_shown_upright_square_even_and_bounded(width, height, aspect, rotation, upright):
    turned = fit(width, height, sample_aspect=Fraction(aspect), rotation=rotation, longest=1280)
    assert turned.upright == upright


@pytest.mark.parametrize(
    ("width", "height", "aspect", "rotation", "upright"),
    [
        (1921, 1081, "1", 0, (1921, 1081)),
        (3840, 2160, "1", 270, (2160, 3840)),
        (720, 576, "16/11", 0, (1047, 576)),
        (720, 576, "16/11", 90, (576, 1047)),
    ],
)
def test_the_size_of_an_original_is_told_as_it_is_seen_and_not_scaled(width, height, aspect, rotation, upright):
    assert upright_size(width, height, sample_aspect=Fraction(aspect), rotation=rotation) == upright
