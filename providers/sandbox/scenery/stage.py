"""A set, its light, its subject and its camera, put together from a script; gives the picture at any moment."""

from typing import Protocol

import cv2
import numpy as np

from providers.sandbox.scenery.builder import HORIZON, Builder
from providers.sandbox.scenery.camera import view_at
from providers.sandbox.scenery.drawing import View
from providers.sandbox.scenery.layers import Sky, Water
from providers.sandbox.scenery.palette import PALETTES, Picture
from providers.sandbox.scenery.places import PLACE_BUILDERS
from providers.sandbox.scenery.subject import Subject, look_of
from providers.sandbox.scenery.subjects import SUBJECT_DRAWERS
from providers.sandbox.scenery.weather import WEATHER_MAKERS, Grain, Twinkle, clouds
from providers.sandbox.scenery.words import Script

ON_WATER = ("boat", "lighthouse", "balloon", "birds")


class Prop(Protocol):
    def draw(self, frame: Picture, view: View) -> None: ...


class Stage:
    """Built once a clip (about half a second), then asked for frames. `number` seeds all dice; `length` in seconds."""

    def __init__(self, script: Script, *, wide: int, high: int, number: int, length: float) -> None:
        self._script, self._frame, self._length = script, (wide, high), length
        random = np.random.default_rng(number)
        palette = PALETTES[script.light].over(script.place).tinted(float(random.uniform(-9, 9)))
        build = Builder(wide, high, palette, random, snowy=script.weather == "snow")
        place = PLACE_BUILDERS[script.place](build)
        sky = Sky(random, palette, wide, high, HORIZON)
        self._behind: list[Prop] = [sky, clouds(random, palette, wide, high)]
        if palette.dark:
            self._behind.append(Twinkle(random, wide, high))
        self._behind += place.behind
        if place.water:
            self._behind.append(Water(palette, wide, high, round(high * HORIZON), sky.sun[0]))
        self._before: list[Prop] = [*place.before]
        if script.weather:
            self._before += WEATHER_MAKERS[script.weather](random, palette, wide, high)
        self._finish: list[Prop] = [Vignette(wide, high), Grain(random, wide, high)]
        self._depth = place.ground
        left = 0.5 if script.travels else float(random.uniform(0.36, 0.64))
        self._at = (left * wide, place.floor * high)
        self._subject: Subject | None = None
        if script.subject:
            self._subject = SUBJECT_DRAWERS[script.subject](
                min(wide, high), look_of(palette, sky.sun, self._at, script.paint)
            )

    def picture(self, seconds: float) -> Picture:
        """The frame at `seconds`, BGR, in an array of its own."""
        script, (wide, high) = self._script, self._frame
        view = view_at(
            seconds,
            length=self._length,
            move=script.camera,
            pace=script.pace,
            travels=script.travels,
            frame=self._frame,
            pivot=self._depth,
        )
        frame = np.empty((high, wide, 3), np.uint8)
        for prop in self._behind:
            prop.draw(frame, view)
        if self._subject:
            share = min(1.0, seconds / self._length)
            self._subject.draw(frame, view, at=self._at, depth=self._depth, pace=script.pace, share=share)
        for prop in (*self._before, *self._finish):
            prop.draw(frame, view)
        return frame


class Vignette:
    """A little less light towards the corners."""

    def __init__(self, wide: int, high: int) -> None:
        across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
        down = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
        light = 255 * (1 - 0.20 * np.clip((across**2 + down**2) / 2, 0, 1) ** 1.4)
        noise = np.random.default_rng(5).random((high, wide), np.float32) - 0.5
        mask = np.clip(light + noise, 0, 255).astype(np.uint8)
        self._mask = cv2.merge([mask, mask, mask])

    def draw(self, frame: Picture, view: View) -> None:  # noqa: ARG002 — a prop like the others
        cv2.multiply(frame, self._mask, dst=frame, scale=1 / 255)
