"""What the model that made a clip can give: where the brief is silent, a clip is judged against this."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Profile:
    """None: nobody knows. `audio`: whether the model writes sound. `model`: its name, for sentences."""

    model: str = ""
    audio: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises TypeError for unknown keys."""
        return cls(**document)


ANY_MODEL = Profile()
"""Nothing is known of what made the clip: facts are reported and nothing is a fault."""
