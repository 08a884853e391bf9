"""What the film studio is told to shoot. The same order gives the same bytes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Self

from providers.sandbox.scenarios import Scenario, as_text, from_text

DEFAULT_FPS = Fraction(24)


@dataclass(frozen=True, slots=True)
class Order:
    """One clip: sides in pixels, length in seconds, rate in frames a second, `scenarios` with the defects to plant."""

    model: str
    prompt: str
    width: int
    height: int
    seconds: int
    seed: int
    fps: Fraction = DEFAULT_FPS
    negative: str = ""
    audio: bool = True
    scenarios: frozenset[Scenario] = frozenset()
    samples: int = 1
    """Clips of one call, each with the seed after the one before."""

    @property
    def frames(self) -> int:
        seconds = Fraction(self.seconds, 2) if Scenario.LENGTH in self.scenarios else Fraction(self.seconds)
        return max(1, round(seconds * self.fps))

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height of the frames that are delivered."""
        if Scenario.SIZE not in self.scenarios:
            return self.width, self.height
        return max(16, self.width // 4 * 2), max(16, self.height // 4 * 2)

    @property
    def has_sound(self) -> bool:
        return self.audio and Scenario.SILENT not in self.scenarios

    def entropy(self, *more: object) -> int:
        """A number of 64 bits that depends on what makes this take differ from any other, and on `more`."""
        if Scenario.SAME_BYTES in self.scenarios:
            return 1
        words = (self.model, self.prompt, self.seed, self.width, self.height, *more)
        return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8], "big")

    def sample(self, index: int) -> "Order":
        """The order of one of its clips, from 0."""
        return replace(self, seed=self.seed + index, samples=1)

    def drafted(self) -> "Order":
        """The same clip as a sketch: a tenth of each side, four frames a second."""
        width, height = (max(16, side // 20 * 2) for side in (self.width, self.height))
        return replace(self, width=width, height=height, fps=Fraction(4))

    def as_json(self) -> str:
        return json.dumps(asdict(self) | {"fps": str(self.fps), "scenarios": as_text(self.scenarios)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields: Mapping[str, object] = json.loads(text)
        return cls(**{**fields, "fps": Fraction(str(fields["fps"])), "scenarios": from_text(str(fields["scenarios"]))})  # type: ignore[arg-type]  # its own dump
