"""Colour by light. Colours are BGR, 0 to 255, as float arrays of three."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]
Picture = NDArray[np.uint8]


def colour(code: str) -> Colour:
    """`code` is RRGGBB."""
    red, green, blue = (int(code[index : index + 2], 16) for index in (0, 2, 4))
    return np.array([blue, green, red], np.float32)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of `other` in `one`."""
    return one + (other - one) * np.float32(share)


@dataclass(frozen=True, slots=True)
class Palette:
    """Sky from zenith to horizon, the haze that distance fades to, the darkest near tone, and what shines."""

    sky: tuple[Colour, ...]
    haze: Colour
    near: Colour
    sun: Colour
    accent: Colour
    lamp: Colour
    sun_height: float
    """Share of the sky above the sun, 0 at the zenith."""
    sun_size: float
    dark: bool = False

    def at_depth(self, depth: float) -> Colour:
        """The tone of a layer: 0 is the horizon, 1 is at the lens."""
        return mix(self.haze, self.near, depth**0.85)

    def tinted(self, degrees: float) -> "Palette":
        """The same light with all hues turned a little."""
        sky = tuple(_turned(one, degrees) for one in self.sky)
        haze, near, accent = (_turned(one, degrees) for one in (self.haze, self.near, self.accent))
        return replace(self, sky=sky, haze=haze, near=near, accent=accent)

    def over(self, place: str) -> "Palette":
        """The same light on the soil of `place`."""
        if place not in SOILS or self.dark:
            return self
        near, haze = SOILS[place]
        return replace(self, near=mix(self.near, near, 0.85), haze=mix(self.haze, haze, 0.60))


def _turned(one: Colour, degrees: float) -> Colour:
    hls = cv2.cvtColor((one / 255).reshape(1, 1, 3).astype(np.float32), cv2.COLOR_BGR2HLS)
    hls[..., 0] = (hls[..., 0] + degrees) % 360
    return np.asarray(cv2.cvtColor(hls, cv2.COLOR_HLS2BGR), np.float32).reshape(3) * 255


def _palette(
    sky: str,
    haze: str,
    near: str,
    sun: str,
    accent: str,
    lamp: str,
    sun_height: float,
    sun_size: float,
    dark: bool = False,
) -> Palette:
    stops = tuple(colour(code) for code in sky.split())
    return Palette(
        sky=stops,
        haze=colour(haze),
        near=colour(near),
        sun=colour(sun),
        accent=colour(accent),
        lamp=colour(lamp),
        sun_height=sun_height,
        sun_size=sun_size,
        dark=dark,
    )


SOILS = {
    "desert": (colour("8C4A26"), colour("EBC592")),
    "meadow": (colour("35602F"), colour("CFDDA6")),
    "forest": (colour("1F4A38"), colour("BFD3C4")),
}
"""Near tone and haze of places whose ground has a colour of its own."""

PALETTES: dict[str, Palette] = {
    "day": _palette("2F6FB5 6FAEDC BFE0EC EEF4EA", "C4DDE2", "1E4A44", "FFF8E1", "E8613C", "FFE9B0", 0.24, 0.050),
    "golden": _palette("4E7A9B 9DAFA5 F0C987 FFE2A8", "F2CE93", "43301F", "FFF1C9", "C8452F", "FFD98A", 0.62, 0.075),
    "sunset": _palette("2A2456 7C3A74 DE6355 FFB35C", "E58461", "21142F", "FFE7A3", "F2C14E", "FFC978", 0.80, 0.105),
    "dawn": _palette("52699C 9A9CC0 E6B7B8 FFE0BE", "DDBCC0", "2E3557", "FFF4DC", "E07A5F", "FFDDA6", 0.72, 0.085),
    "night": _palette(
        "0B1738 16295A 27477F 4A719F", "35588A", "0A1226", "F6F1DC", "E9B44C", "FFD37A", 0.26, 0.060, True
    ),
    "neon": _palette(
        "150B36 3A1A6E 8A2C8C F0568E", "7C3390", "120B28", "FFB7E0", "35E0E6", "5CF2F0", 0.70, 0.120, True
    ),
    "fog": _palette("93A5AE B3C2C6 CED8D8 DEE4E1", "CBD6D6", "3C5056", "F4F5EE", "B9483B", "FFE6B5", 0.44, 0.055),
    "overcast": _palette("5C6B7A 8494A1 A9B5BC C6CCCB", "AAB7BC", "27343B", "DFE4E4", "C4472F", "FFE1A1", 0.30, 0.001),
}
