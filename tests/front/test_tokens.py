"""What the visual language promises, computed from the style sheet: neutral greys, contrast, colours told apart."""

import math
import re
from itertools import combinations

import numpy as np
import pytest

from studio.paths import CODE

CSS = (CODE / "static/css/tokens.css").read_text()
SURFACES = ("app", "panel", "raised")
SEVERITIES = ("info", "minor", "major", "blocking")
# Simulation at full severity: Machado, Oliveira, Fernandes 2009, in linear light.
SIGHTS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def tokens(theme: str) -> dict[str, str]:
    pairs = dict(re.findall(r"--([\w-]+): light-dark\((#\w+, #\w+)\)", CSS))
    return {name: pair.split(", ")[theme == "dark"] for name, pair in pairs.items()}


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    light, dark = sorted((float(XYZ[1] @ linear(each)) for each in (first, second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    share = XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def delta_e(first: np.ndarray, second: np.ndarray) -> float:
    """CIEDE2000 (Sharma, Wu, Dalal 2005)."""
    chroma = (math.hypot(*first[1:]) + math.hypot(*second[1:])) / 2
    g = 0.5 * (1 - math.sqrt(chroma**7 / (chroma**7 + 25**7)))
    (l1, a1, b1), (l2, a2, b2) = ((light, a * (1 + g), b) for light, a, b in (first, second))
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma, mean = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    cos = lambda degrees: math.cos(math.radians(degrees))  # noqa: E731
    t = 1 - 0.17 * cos(mean - 30) + 0.24 * cos(2 * mean) + 0.32 * cos(3 * mean + 6) - 0.20 * cos(4 * mean - 63)
    s_l = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    bend = math.radians(60 * math.exp(-(((mean - 275) / 25) ** 2)))
    r_t = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(bend)
    dl, dc, dh = (l2 - l1) / s_l, (c2 - c1) / s_c, hue / s_h
    return math.sqrt(dl**2 + dc**2 + dh**2 + r_t * dc * dh)


def test_the_colour_difference_is_the_published_one():
    # First pair of the test data of Sharma, Wu, Dalal 2005: 2.0425.
    assert delta_e(np.array([50, 2.6772, -79.7751]), np.array([50, 0, -82.7485])) == pytest.approx(2.0425, abs=1e-4)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_surfaces_and_inks_are_exact_greys(theme):
    for name in (*SURFACES, "line", "edge", "ink-1", "ink-2", "ink-3"):
        colour = tokens(theme)[name]
        assert colour[1:3] == colour[3:5] == colour[5:7], name


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ink", ["ink-1", "ink-2", "ink-3"])
@pytest.mark.parametrize("surface", SURFACES)
def test_words_are_readable(theme, ink, surface):
    assert contrast(tokens(theme)[ink], tokens(theme)[surface]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("shape", [*SEVERITIES, "ok", "accent", "edge"])
@pytest.mark.parametrize("surface", SURFACES)
def test_shapes_and_borders_are_visible(theme, shape, surface):
    assert contrast(tokens(theme)[shape], tokens(theme)[surface]) >= 3


@pytest.mark.parametrize(("theme", "least"), [("dark", 13), ("light", 20)])
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("pair", list(combinations(SEVERITIES, 2)), ids="-".join)
def test_severities_stay_apart_for_every_sight(theme, least, sight, pair):
    seen = [lab(np.array(SIGHTS[sight]) @ linear(tokens(theme)[name])) for name in pair]
    assert delta_e(*seen) >= least
