"""A subject of the picture: a cycle of sprites, drawn once and then moved; and the light it is drawn in."""

from dataclasses import dataclass, field

import numpy as np

from providers.sandbox.scenery.drawing import Point, View, paste
from providers.sandbox.scenery.palette import Colour, Palette, Picture, colour, mix

CYCLE = 16
"""Sprites of one full step, turn or flap."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a subject is lit: its dark tone, what lights its edge and from where, its bright part and its lamps."""

    tone: Colour
    rim: Colour
    towards: Point
    accent: Colour
    lamp: Colour
    glass: Colour
    dark: bool
    painted: bool


def look_of(palette: Palette, sun: Point, subject_at: Point, paint: str = "") -> Look:
    """`paint` is RRGGBB, where the subject has a colour of its own."""
    tone = mix(palette.near, palette.haze, 0.04)
    side = 1.0 if sun[0] >= subject_at[0] else -1.0
    accent = mix(colour(paint) if paint else palette.accent, tone, 0.30 if palette.dark else 0.08)
    glass = mix(palette.sky[-1], tone, 0.25)
    return Look(tone, palette.sun, (side, -0.9), accent, palette.lamp, glass, palette.dark, bool(paint))


@dataclass(frozen=True, slots=True)
class Subject:
    """A cycle of sprites. `size` is the sprite's height as a share of the frame's short side; `feet` where it stands
    in the sprite (0 top, 1 bottom); `cycles` a second; `glows` are lights: sprite, place in units of sprite height."""

    sprites: list[Picture]
    feet: float = 1.0
    cycles: float = 1.0
    bob: float = 0.0
    roll: float = 0.0
    rise: float = 0.0
    cross: float = 0.16
    glows: list[tuple[Picture, Point]] = field(default_factory=list)

    def draw(self, frame: Picture, view: View, *, at: Point, depth: float, pace: float, share: float) -> None:
        """`at` is where it stands in the set, `share` how much of the clip has passed."""
        t, unit = view.seconds * pace, min(view.wide, view.high)
        sprite = self.sprites[int(t * self.cycles * len(self.sprites)) % len(self.sprites)]
        high = sprite.shape[0]
        x = at[0] + (share - 0.5) * self.cross * view.wide
        y = at[1] - high * (self.feet - 0.5) - self.rise * view.high * share
        y += self.bob * unit * np.sin(2 * np.pi * 0.35 * view.seconds)
        centre, scale = view.place(x, y, depth), view.scale(depth)
        paste(frame, sprite, centre, scale, self.roll * float(np.sin(2 * np.pi * 0.27 * view.seconds + 0.6)))
        for light, (dx, dy) in self.glows:
            breath = 1 + 0.05 * float(np.sin(view.seconds * 5.1) * np.sin(view.seconds * 2.3))
            paste(
                frame, light, (centre[0] + dx * high * scale, centre[1] + dy * high * scale), scale * breath, glow=True
            )
