"""All instruments, and how one is built from a policy's parameters."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from reviews.checks.aspect_ratio import AspectRatio
from reviews.checks.audio_clipping import AudioClipping
from reviews.checks.audio_loudness import AudioLoudness
from reviews.checks.audio_missing import AudioMissing
from reviews.checks.audio_silence import AudioSilence
from reviews.checks.audio_sync import AudioSync
from reviews.checks.banding import Banding
from reviews.checks.base import Instrument, Stage
from reviews.checks.black_frames import BlackFrames
from reviews.checks.blockiness import Blockiness
from reviews.checks.blocklist import Blocklist
from reviews.checks.blur import Blur
from reviews.checks.collapse import Collapse
from reviews.checks.container import Container
from reviews.checks.credential import Credential
from reviews.checks.duplicate_frames import DuplicateFrames
from reviews.checks.duration import Duration
from reviews.checks.exposure import Exposure
from reviews.checks.flashing import Flashing
from reviews.checks.flat_frames import FlatFrames
from reviews.checks.flicker import Flicker
from reviews.checks.frame_rate import FrameRate
from reviews.checks.frozen_frames import FrozenFrames
from reviews.checks.hands import Hands
from reviews.checks.hard_cuts import HardCuts
from reviews.checks.letterbox import Letterbox
from reviews.checks.near_duplicate import NearDuplicate
from reviews.checks.noise import Noise
from reviews.checks.nudity import Nudity
from reviews.checks.people import People
from reviews.checks.prompt_terms import PromptTerms
from reviews.checks.resolution import ResolutionCheck
from reviews.checks.temporal_drift import TemporalDrift
from reviews.checks.text import Text
from reviews.checks.watermark import Watermark
from reviews.rules.policy import PolicyError, PolicyTerms

CHECKS: tuple[type[Instrument], ...] = (
    Container,
    ResolutionCheck,
    Duration,
    FrameRate,
    AspectRatio,
    Letterbox,
    BlackFrames,
    FlatFrames,
    HardCuts,
    Flashing,
    Flicker,
    FrozenFrames,
    DuplicateFrames,
    Collapse,
    TemporalDrift,
    Blur,
    Blockiness,
    Banding,
    Noise,
    Exposure,
    Watermark,
    AudioMissing,
    AudioSilence,
    AudioClipping,
    AudioLoudness,
    AudioSync,
    Nudity,
    People,
    Hands,
    Text,
    NearDuplicate,
    Blocklist,
    PromptTerms,
    Credential,
)
"""All instruments, in the order in which one may explain the next."""


def of_stage(stage: Stage) -> tuple[type[Instrument], ...]:
    return tuple(kind for kind in CHECKS if kind.stage is stage)


def build(kind: type[Instrument], parameters: Mapping[str, Any]) -> Instrument:
    """The instrument with these thresholds. Raises PolicyError for a parameter it has not, or of another type."""
    known = parameters_of(kind)
    for name, value in parameters.items():
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise PolicyError(f"{kind.key} has no parameter {name!r}: {has}")
        if not fits(value, known[name]):
            raise PolicyError(f"{kind.key}: parameter {name!r} cannot be {value!r}; the default is {known[name]!r}")
    return kind(**parameters)


def fits(value: object, default: object) -> bool:
    """Whether a value can stand for a default: a finite number for a number, else the same type."""
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, type(default))


def parameters_of(kind: type[Instrument]) -> dict[str, Any]:
    """The thresholds of an instrument with their defaults."""
    return {each.name: each.default for each in fields(kind) if each.init and each.default is not MISSING}  # type: ignore[arg-type]  # every instrument is a dataclass


def effective_parameters(policy: PolicyTerms) -> dict[str, dict[str, Any]]:
    """Check key → all its thresholds under this policy, for the checks it wants. Raises PolicyError."""
    together = {}
    for kind in CHECKS:
        if policy.covers(kind.key):
            asked = policy.parameters_for(kind.key)
            build(kind, asked)
            together[kind.key] = {**parameters_of(kind), **asked}
    return together
