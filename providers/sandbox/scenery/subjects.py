"""Who and what is in the picture. Each subject is drawn once as a cycle of sprites and then moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from providers.sandbox.scenery.drawing import Ink, Point, View, glow_sprite, paste
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


def car(unit: int, look: Look) -> Subject:
    h = unit * 0.20
    w = h * 2.75
    body, shade = look.accent, mix(look.accent, look.tone, 0.45)
    shell = [(0.02, 0.62), (0.05, 0.52), (0.20, 0.46), (0.30, 0.24), (0.42, 0.15), (0.60, 0.15), (0.72, 0.26)]
    shell += [(0.80, 0.43), (0.94, 0.49), (0.985, 0.60), (0.98, 0.78), (0.90, 0.82), (0.10, 0.82), (0.03, 0.78)]
    cabin = [(0.325, 0.42), (0.37, 0.29), (0.44, 0.225), (0.515, 0.225), (0.515, 0.42)]
    windscreen = [(0.545, 0.42), (0.545, 0.225), (0.60, 0.225), (0.67, 0.31), (0.735, 0.42)]
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        ink.shape(
            [(x * w, y * h) for x, y in ((0.05, 0.95), (0.5, 0.915), (0.95, 0.95), (0.5, 0.985))],
            look.tone,
            smooth=True,
            alpha=0.5,
        )
        ink.shape([(x * w, y * h) for x, y in shell], body, smooth=True)
        ink.shape(
            [
                (x * w, y * h)
                for x, y in ((0.03, 0.66), (0.97, 0.66), (0.97, 0.78), (0.9, 0.82), (0.1, 0.82), (0.03, 0.78))
            ],
            shade,
        )
        for pane in (cabin, windscreen):
            ink.shape([(x * w, y * h) for x, y in pane], look.glass)
        ink.line([(0.53 * w, 0.44 * h), (0.53 * w, 0.74 * h)], shade, h * 0.012)
        ink.box(0.945 * w, 0.53 * h, 0.985 * w, 0.61 * h, look.lamp, round_by=h * 0.02)
        ink.box(0.015 * w, 0.54 * h, 0.035 * w, 0.63 * h, colour("D8322A"), round_by=h * 0.01)
        for wheel in (0.22, 0.78):
            _wheel(ink, (wheel * w, 0.79 * h), h * 0.165, step / CYCLE, look)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    glows = [(glow_sprite(h * 0.55, look.lamp, 0.55), (1.36, 0.07))]
    if look.dark:
        glows += [
            (_beam(h * 2.6, h * 0.9, look.lamp), (2.65, 0.16)),
            (glow_sprite(h * 0.35, colour("E0392E"), 0.5), (-1.34, 0.08)),
        ]
    return Subject(sprites, feet=0.95, cycles=2.2, bob=0.0018, glows=glows, cross=0.20)


def train(unit: int, look: Look) -> Subject:
    h = unit * 0.17
    w = h * 9.0
    body, stripe = mix(look.accent, look.tone, 0.10), mix(look.glass, look.rim, 0.4)
    pane = look.lamp if look.dark else look.glass
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        for index in range(4):
            left, right = (0.008 + index * 0.248) * w, (0.008 + index * 0.248 + 0.238) * w
            if index == 3:
                nose = [
                    (left, 0.10),
                    (right - h * 0.75, 0.10),
                    (right - h * 0.30, 0.26),
                    (right, 0.62),
                    (right, 0.80),
                    (left, 0.80),
                ]
                ink.shape([(x, y * h) for x, y in nose], body)
                ink.shape(
                    [
                        (right - h * 0.62, 0.22 * h),
                        (right - h * 0.36, 0.30 * h),
                        (right - h * 0.16, 0.48 * h),
                        (right - h * 0.62, 0.48 * h),
                    ],
                    look.glass,
                )
            else:
                ink.box(left, 0.10 * h, right, 0.80 * h, body, round_by=h * 0.06)
            ink.box(left, 0.60 * h, right - (h * 0.1 if index == 3 else 0), 0.655 * h, stripe)
            windows = 6 if index < 3 else 4
            for window in range(windows):
                x = left + h * 0.16 + window * h * 0.345
                ink.box(x, 0.24 * h, x + h * 0.25, 0.50 * h, pane, round_by=h * 0.04)
            for wheel in (0.18, 0.36, 1.78, 1.96):
                _wheel(ink, (left + wheel * h, 0.86 * h), h * 0.085, step / CYCLE, look)
        ink.box(0, 0.955 * h, w, 0.985 * h, mix(look.tone, look.rim, 0.2))
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    glows = [(glow_sprite(h * 0.6, look.lamp, 0.6), (4.42, 0.12))]
    if look.dark:
        glows.append((_beam(h * 3.0, h * 1.0, look.lamp), (5.9, 0.2)))
    return Subject(sprites, feet=0.97, cycles=2.0, bob=0.0014, cross=0.30, glows=glows)


def person(unit: int, look: Look) -> Subject:
    h = unit * 0.34
    w = h * 0.62
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink = Ink(w, h)
        hip, lift = (0.50 * w, 0.54 * h), 0.008 * h * np.cos(2 * phase)
        for side, tone in ((np.pi, mix(look.tone, look.rim, 0.06)), (0.0, look.tone)):
            _limb(
                ink,
                (hip[0], hip[1] + lift),
                0.23 * h,
                0.46 * np.sin(phase + side),
                0.55 * max(0.0, np.cos(phase + side)),
                tone,
                h * 0.068,
            )
        _limb(
            ink,
            (0.50 * w, 0.27 * h + lift),
            0.15 * h,
            -0.45 * np.sin(phase + np.pi),
            -0.35,
            mix(look.accent, look.tone, 0.5),
            h * 0.046,
        )
        coat = [
            (0.44, 0.185),
            (0.57, 0.19),
            (0.62, 0.30),
            (0.605, 0.48),
            (0.68, 0.66),
            (0.34, 0.66),
            (0.41, 0.47),
            (0.39, 0.29),
        ]
        ink.shape([(x * w, y * h + lift) for x, y in coat], look.accent, smooth=True)
        _limb(
            ink,
            (0.51 * w, 0.27 * h + lift),
            0.15 * h,
            -0.45 * np.sin(phase),
            -0.35,
            mix(look.accent, look.tone, 0.22),
            h * 0.046,
        )
        ink.line([(0.515 * w, 0.15 * h + lift), (0.505 * w, 0.21 * h + lift)], look.tone, h * 0.045)
        ink.disc((0.525 * w, 0.105 * h + lift), h * 0.058, look.tone)
        brim = [
            (0.36, 0.085),
            (0.42, 0.068),
            (0.44, 0.022),
            (0.52, 0.008),
            (0.60, 0.024),
            (0.62, 0.068),
            (0.72, 0.088),
            (0.52, 0.098),
        ]
        ink.shape([(x * w, y * h + lift) for x, y in brim], mix(look.tone, look.accent, 0.25), smooth=True)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    return Subject(sprites, feet=0.985, cycles=0.95, cross=0.14)


def quadruped(unit: int, look: Look, *, is_cat: bool) -> Subject:
    h = unit * (0.27 if is_cat else 0.28)
    w = h * 1.75
    tone = mix(look.tone, look.accent, 0.75 if look.painted else 0.12)
    far = mix(tone, look.tone, 0.6)
    back = [
        (0.19, 0.43),
        (0.34, 0.345),
        (0.52, 0.36),
        (0.66, 0.31),
        (0.75, 0.38),
        (0.75, 0.58),
        (0.63, 0.68),
        (0.46, 0.66),
        (0.29, 0.68),
        (0.18, 0.58),
    ]
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink, lift = Ink(w, h), 0.010 * h * np.sin(2 * phase)
        _tail(ink, w, h, phase, tone, is_cat)
        for hip, side, shade in ((0.27, 2.6, far), (0.68, 0.9, far), (0.25, -0.5, tone), (0.70, 4.1, tone)):
            _limb(
                ink,
                (hip * w, 0.55 * h + lift),
                0.205 * h,
                0.40 * np.sin(phase + side),
                0.5 * max(0.0, np.cos(phase + side)),
                shade,
                h * 0.088,
            )
        ink.shape([(x * w, y * h + lift) for x, y in back], tone, smooth=True)
        _head(ink, w, h, lift, tone, look, is_cat)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards, strength=0.9))
    return Subject(sprites, feet=0.975, cycles=1.15, cross=0.18)


def boat(unit: int, look: Look) -> Subject:
    h = unit * 0.42
    w = h * 0.95
    ink = Ink(w, h)
    sail = mix(colour("F6EFE0"), look.tone, 0.45 if look.dark else 0.04)
    ink.line([(0.50 * w, 0.03 * h), (0.50 * w, 0.82 * h)], look.tone, h * 0.014)
    ink.shape([(0.52 * w, 0.05 * h), (0.66 * w, 0.36 * h), (0.86 * w, 0.74 * h), (0.52 * w, 0.74 * h)], sail)
    ink.shape(
        [(0.48 * w, 0.12 * h), (0.48 * w, 0.74 * h), (0.16 * w, 0.74 * h), (0.34 * w, 0.44 * h)],
        mix(look.accent, sail, 0.15),
    )
    ink.line([(0.14 * w, 0.755 * h), (0.88 * w, 0.755 * h)], look.tone, h * 0.010)
    hull = [(0.06 * w, 0.80 * h), (0.94 * w, 0.80 * h), (0.80 * w, 0.965 * h), (0.22 * w, 0.965 * h)]
    ink.shape(hull, look.tone)
    ink.shape([(0.06 * w, 0.80 * h), (0.94 * w, 0.80 * h), (0.91 * w, 0.835 * h), (0.09 * w, 0.835 * h)], look.accent)
    glows = [(glow_sprite(h * 0.16, look.lamp, 0.7), (0.0, 0.22))] if look.dark else []
    return Subject(
        [ink.dry(rim=look.rim, towards=look.towards)], feet=0.93, bob=0.008, roll=2.6, cross=0.22, glows=glows
    )


def balloon(unit: int, look: Look) -> Subject:
    h = unit * 0.46
    w = h * 0.72
    ink = Ink(w, h)
    pale = mix(colour("F7EBD3"), look.tone, 0.4 if look.dark else 0.0)
    cloth = (look.accent, pale, mix(look.accent, look.tone, 0.3), pale, look.accent)
    for index, tone in enumerate(cloth):
        half = (0.5, 0.36, 0.20, 0.075, 0.0)[index]
        if half == 0:
            continue
        gore = [
            (0.5, 0.01),
            (0.5 + half * 0.72, 0.09),
            (0.5 + half * 0.98, 0.30),
            (0.5 + half * 0.72, 0.53),
            (0.5 + half * 0.2 + 0.03, 0.72),
        ]
        mirrored = [(1 - x, y) for x, y in reversed(gore[1:])]
        ink.shape([(x * w, y * h) for x, y in (*gore, *mirrored)], tone, smooth=True)
    for side in (-1, 1):
        ink.line([((0.5 + side * 0.11) * w, 0.70 * h), ((0.5 + side * 0.07) * w, 0.87 * h)], look.tone, h * 0.006)
    ink.box(0.42 * w, 0.865 * h, 0.58 * w, 0.965 * h, look.tone, round_by=h * 0.015)
    glows = [(glow_sprite(h * 0.30, look.lamp, 0.42), (0.0, 0.16))]
    return Subject(
        [ink.dry(rim=look.rim, towards=look.towards, strength=0.7)],
        feet=1.42,
        bob=0.010,
        roll=1.6,
        rise=0.07,
        cross=0.12,
        glows=glows,
    )


def lighthouse(unit: int, look: Look) -> Subject:
    h = unit * 0.56
    w = h * 0.86
    ink = Ink(w, h)
    pale = mix(colour("F3ECDF"), look.tone, 0.45 if look.dark else 0.06)
    for band in range(6):
        top, foot = 0.20 + band * 0.11, 0.20 + (band + 1) * 0.11
        half_top, half_foot = 0.052 + band * 0.0085, 0.052 + (band + 1) * 0.0085
        tone = pale if band % 2 else look.accent
        ink.shape(
            [
                ((0.5 - half_top) * w, top * h),
                ((0.5 + half_top) * w, top * h),
                ((0.5 + half_foot) * w, foot * h),
                ((0.5 - half_foot) * w, foot * h),
            ],
            tone,
        )
    ink.box(0.425 * w, 0.185 * h, 0.575 * w, 0.205 * h, look.tone)
    ink.box(0.455 * w, 0.115 * h, 0.545 * w, 0.185 * h, look.lamp)
    ink.shape([(0.44 * w, 0.118 * h), (0.56 * w, 0.118 * h), (0.5 * w, 0.055 * h)], look.tone)
    rock = [
        (0.02, 0.99),
        (0.12, 0.90),
        (0.24, 0.875),
        (0.34, 0.82),
        (0.46, 0.835),
        (0.60, 0.815),
        (0.72, 0.865),
        (0.86, 0.90),
        (0.98, 0.99),
    ]
    ink.shape([(x * w, y * h) for x, y in rock], look.tone)
    glows = [(glow_sprite(h * (0.5 if look.dark else 0.24), look.lamp, 0.8), (0.0, -0.35))]
    return Subject([ink.dry(rim=look.rim, towards=look.towards)], feet=0.93, cross=0.0, glows=glows)


def house(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 1.25
    ink = Ink(w, h)
    wall = mix(look.accent, look.tone, 0.35)
    ink.box(0.66 * w, 0.08 * h, 0.75 * w, 0.40 * h, look.tone)
    ink.box(0.14 * w, 0.44 * h, 0.86 * w, 0.97 * h, wall)
    ink.shape([(0.05 * w, 0.48 * h), (0.30 * w, 0.16 * h), (0.72 * w, 0.16 * h), (0.95 * w, 0.48 * h)], look.tone)
    ink.box(0.46 * w, 0.62 * h, 0.58 * w, 0.97 * h, mix(look.tone, wall, 0.2))
    for left in (0.22, 0.66):
        ink.box(left * w, 0.60 * h, (left + 0.13) * w, 0.78 * h, look.lamp)
        ink.line([((left + 0.065) * w, 0.60 * h), ((left + 0.065) * w, 0.78 * h)], wall, h * 0.012)
    glows = [(glow_sprite(h * (0.42 if look.dark else 0.2), look.lamp, 0.5), (x, 0.19)) for x in (-0.27, 0.28)]
    return Subject([ink.dry(rim=look.rim, towards=look.towards)], feet=0.96, cross=0.0, glows=glows)


def fire(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 0.95
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink = Ink(w, h)
        for tone, size, offset in (
            (colour("D8431F"), 1.0, 0.0),
            (colour("F58A1F"), 0.74, 1.3),
            (colour("FFD75E"), 0.46, 2.9),
            (colour("FFF6CF"), 0.24, 4.4),
        ):
            ink.shape(_flame(w, h, size, phase + offset), tone, smooth=True)
        for a, b in (((0.16, 0.96), (0.80, 0.84)), ((0.20, 0.84), (0.86, 0.96))):
            ink.line([(a[0] * w, a[1] * h), (b[0] * w, b[1] * h)], mix(look.tone, colour("6B3A1E"), 0.4), h * 0.07)
        sprites.append(ink.dry())
    glows = [
        (glow_sprite(h * 2.1, colour("FF8A2A"), 0.42), (0.0, 0.1)),
        (glow_sprite(h * 0.8, colour("FFC56B"), 0.4), (0.0, 0.15)),
    ]
    return Subject(sprites, feet=0.95, cycles=1.5, cross=0.0, glows=glows)


def birds(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 2.2
    flock = [
        (0.50, 0.30, 1.0, 0.0),
        (0.37, 0.42, 0.85, 1.1),
        (0.63, 0.44, 0.85, 2.3),
        (0.25, 0.56, 0.72, 3.0),
        (0.77, 0.60, 0.72, 4.2),
        (0.14, 0.72, 0.62, 5.0),
        (0.88, 0.74, 0.6, 0.7),
    ]
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        for x, y, size, offset in flock:
            flap = np.sin(2 * np.pi * step / CYCLE + offset)
            span, up = h * 0.17 * size, h * 0.13 * size * flap
            cx, cy = x * w, y * h + h * 0.02 * flap
            wing = [
                (cx - span, cy - up),
                (cx - span * 0.45, cy - up * 0.75 - h * 0.02),
                (cx, cy),
                (cx + span * 0.45, cy - up * 0.75 - h * 0.02),
                (cx + span, cy - up),
            ]
            under = [
                (cx + span * 0.4, cy - up * 0.45 + h * 0.012),
                (cx, cy + h * 0.035 * size),
                (cx - span * 0.4, cy - up * 0.45 + h * 0.012),
            ]
            ink.shape([*wing, *under], look.tone)
        sprites.append(ink.dry())
    return Subject(sprites, feet=2.2, cycles=1.3, bob=0.008, cross=0.42, rise=0.06)


SUBJECT_DRAWERS: Mapping[str, Callable[[int, Look], Subject]] = {
    "car": car,
    "train": train,
    "person": person,
    "cat": lambda unit, look: quadruped(unit, look, is_cat=True),
    "dog": lambda unit, look: quadruped(unit, look, is_cat=False),
    "boat": boat,
    "balloon": balloon,
    "lighthouse": lighthouse,
    "house": house,
    "fire": fire,
    "birds": birds,
}


def _wheel(ink: Ink, centre: Point, radius: float, turn: float, look: Look) -> None:
    ink.disc(centre, radius, look.tone)
    ink.disc(centre, radius * 0.58, mix(look.glass, look.tone, 0.35))
    for spoke in range(5):
        angle = 2 * np.pi * (turn + spoke) / 5
        tip = (centre[0] + radius * 0.56 * np.cos(angle), centre[1] + radius * 0.56 * np.sin(angle))
        ink.line([centre, tip], look.tone, radius * 0.14)


def _limb(ink: Ink, root: Point, length: float, swing: float, bend: float, tone: Colour, width: float) -> None:
    """Two bones of `length` each; angles in radians from straight down, a bend lags behind."""
    joint = (root[0] + length * np.sin(swing), root[1] + length * np.cos(swing))
    tip = (joint[0] + length * np.sin(swing - bend), joint[1] + length * np.cos(swing - bend))
    ink.line([root, joint], tone, width)
    ink.line([joint, tip], tone, width * 0.78)
    ink.line([tip, (tip[0] + width * 0.75, tip[1])], tone, width * 0.6)


def _tail(ink: Ink, w: float, h: float, phase: float, tone: Colour, is_cat: bool) -> None:
    wag = 0.035 * np.sin(phase) * (1 if is_cat else 2)
    if is_cat:
        path = [(0.215, 0.46), (0.12, 0.42), (0.06, 0.30), (0.07 + wag, 0.16), (0.12 + wag * 1.6, 0.08)]
    else:
        path = [(0.21, 0.45), (0.13, 0.38), (0.06 + wag * 0.5, 0.26 + wag)]
    ink.line([(x * w, y * h) for x, y in path], tone, h * (0.052 if is_cat else 0.06))


def _head(ink: Ink, w: float, h: float, lift: float, tone: Colour, look: Look, is_cat: bool) -> None:
    neck = [(0.66, 0.36), (0.74, 0.20), (0.84, 0.22), (0.80, 0.46), (0.72, 0.52)]
    ink.shape([(x * w, y * h + lift) for x, y in neck], tone, smooth=True)
    if is_cat:
        ink.disc((0.825 * w, 0.225 * h + lift), h * 0.125, tone)
        ink.shape([(x * w, y * h + lift) for x, y in ((0.755, 0.19), (0.765, 0.03), (0.825, 0.115))], tone)
        ink.shape([(x * w, y * h + lift) for x, y in ((0.825, 0.115), (0.885, 0.03), (0.892, 0.19))], tone)
        ink.shape(
            [(x * w, y * h + lift) for x, y in ((0.85, 0.20), (0.91, 0.235), (0.905, 0.285), (0.84, 0.30))],
            tone,
            smooth=True,
        )
    else:
        ink.disc((0.81 * w, 0.20 * h + lift), h * 0.105, tone)
        ink.shape(
            [
                (x * w, y * h + lift)
                for x, y in ((0.80, 0.13), (0.93, 0.195), (0.955, 0.235), (0.93, 0.275), (0.80, 0.29))
            ],
            tone,
        )
        ink.shape(
            [(x * w, y * h + lift) for x, y in ((0.765, 0.10), (0.80, 0.12), (0.785, 0.32), (0.745, 0.28))],
            mix(tone, look.tone, 0.6),
            smooth=True,
        )
    ink.disc(((0.862 if is_cat else 0.845) * w, 0.205 * h + lift), h * 0.014, look.lamp)


def _flame(w: float, h: float, size: float, phase: float) -> list[Point]:
    lean, lick = 0.05 * np.sin(phase), 0.06 * np.sin(2 * phase)
    outline = [
        (0.5 - 0.34 * size, 0.90), (0.5 - 0.36 * size, 0.90 - 0.26 * size), (0.5 - 0.20 * size + lean, 0.90 - (0.46 + lick) * size),
        (0.5 - 0.15 * size - lean, 0.90 - 0.34 * size), (0.5 + lean * 1.6, 0.90 - (0.84 - lick) * size),
        (0.5 + 0.13 * size + lean, 0.90 - 0.42 * size), (0.5 + 0.23 * size - lean, 0.90 - (0.56 - lick) * size),
        (0.5 + 0.36 * size, 0.90 - 0.24 * size), (0.5 + 0.32 * size, 0.90),
    ]  # fmt: skip
    return [(x * w, y * h) for x, y in outline]


def _beam(length: float, spread: float, tone: Colour) -> Picture:
    """A headlight's cone, opening to the right, to be added."""
    wide, high = max(4, round(length)), max(4, round(spread))
    along = (np.arange(wide, dtype=np.float32) / wide)[None, :]
    across = np.abs(np.arange(high, dtype=np.float32) / high * 2 - 1)[:, None]
    light = np.clip(1 - across / (0.18 + 0.82 * along), 0, 1) ** 1.3 * (1 - along) ** 1.4 * 0.5
    return np.clip(light[..., None] * np.append(tone, 0).astype(np.float32), 0, 255).astype(np.uint8)
