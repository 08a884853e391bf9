"""Every defect that is planted, the check that must speak of it, and what else may honestly be said then."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.planting import light, papers, texture, timing
from benchmarks.planting.planted import Plant


@dataclass(frozen=True, slots=True)
class Defect:
    """`check` must have a finding where it is planted; none at all where it `must_pass`."""

    check: str
    name: str
    plant: Plant
    must_pass: bool = False


DEFECTS: tuple[Defect, ...] = (
    Defect("container", "truncated", papers.truncated),
    Defect("resolution", "another size", papers.wrong_resolution),
    Defect("duration", "a second short", papers.wrong_duration),
    Defect("frame_rate", "another rate", papers.wrong_rate),
    Defect("frame_rate", "frames dropped", timing.dropped_frames),
    Defect("aspect_ratio", "another shape", papers.wrong_aspect),
    Defect("black_frames", "0.4 s", timing.black),
    Defect("black_frames", "one frame", timing.black_single),
    Defect("flat_frames", "0.3 s", timing.flat),
    Defect("letterbox", "black, above and below", texture.letterboxed),
    Defect("letterbox", "black, at the sides", texture.pillarboxed),
    Defect("letterbox", "grey, at the sides", texture.pillarboxed_grey),
    Defect("letterbox", "with a pattern", texture.letterboxed_pattern),
    Defect("frozen_frames", "inside", timing.freeze),
    Defect("frozen_frames", "at the start", timing.freeze_start),
    Defect("frozen_frames", "at the end", timing.freeze_end),
    Defect("duplicate_frames", "every 2nd", timing.every_second_repeated),
    Defect("duplicate_frames", "every 4th", timing.every_fourth_repeated),
    Defect("duplicate_frames", "15 % at random", timing.some_repeated),
    Defect("hard_cuts", "hard", timing.hard_cut),
    Defect("hard_cuts", "jump", timing.jump_cut),
    Defect("flicker", "global", light.flicker_global),
    Defect("flicker", "in a quarter", light.flicker_local),
    Defect("flashing", "4 Hz and more", light.flashing),
    Defect("flashing", "4 Hz and more, a third of the area", light.flashing_small),
    Defect("flashing", "red, 4 Hz and more", light.flashing_red),
    Defect("flashing", "3 Hz and less", light.flashing_slowly, must_pass=True),
    Defect("blur", "a stretch", texture.blur_stretch),
    Defect("blur", "enlarged 2 x", texture.upscaled_twice),
    Defect("blur", "enlarged 3 x", texture.upscaled_thrice),
    Defect("blockiness", "JPEG", texture.jpeg_blocks),
    Defect("blockiness", "MPEG-2", texture.mpeg_blocks),
    Defect("banding", "posterised", texture.posterised),
    Defect("banding", "a sky in steps", texture.banded_sky),
    Defect("noise", "grain", texture.noise),
    Defect("exposure", "over", light.overexposed),
    Defect("exposure", "under", light.underexposed),
    Defect("exposure", "lifted", light.lifted),
    Defect("exposure", "lowered", light.lowered),
    Defect("collapse", "blotches", texture.collapsed),
    Defect("temporal_drift", "colours", texture.colour_drift),
    Defect("audio_missing", "no track", papers.no_audio),
    Defect("audio_silence", "half of it", papers.silence),
    Defect("audio_silence", "all of it", papers.silent_track),
    Defect("audio_clipping", "a tenth", papers.clipping),
    Defect("near_duplicate", "encoded again", papers.encoded_again),
    Defect("near_duplicate", "trimmed", papers.trimmed_copy),
    Defect("near_duplicate", "another clip", papers.another_clip, must_pass=True),
    Defect("text", "a title", texture.text),
    Defect("watermark", "a logo", texture.logo),
)
"""A check that is not registered is passed over."""

CONSEQUENCES: Mapping[str, Mapping[str, str]] = {
    "container": {
        "duration": "a file that was cut off is short",
        "audio_silence": "so is its sound",
    },
    "resolution": {"aspect_ratio": "another size may have another shape"},
    "black_frames": {
        "flashing": "black and back is half a flash; over a restless picture it may be the one too many",
        "exposure": "the frames beside a fade to black are dark",
    },
    "flat_frames": {
        "exposure": "a plain colour may be white or nearly black",
        "flashing": "it may be as bright as a flash",
        "hard_cuts": "the scene goes on elsewhere behind it",
    },
    "frame_rate": {"temporal_drift": "over a missing frame everything moves twice as far"},
    "frozen_frames": {
        "hard_cuts": "the held frames replaced others: the picture jumps as it goes on",
        "temporal_drift": "and no motion leads there",
    },
    "duplicate_frames": {
        "flicker": "where the light changes, it does so by steps",
        "temporal_drift": "between two repeats everything moves twice as far",
    },
    "hard_cuts": {
        "exposure": "the other shot may be brighter",
        "temporal_drift": "and has other colours",
    },
    "flicker": {
        "flashing": "brightness that pulses strongly is flashing",
        "exposure": "a pulse is a jump of light",
        "temporal_drift": "and no motion explains it",
    },
    "flashing": {
        "flicker": "flashes are flicker, too",
        "exposure": "they are white, and dark between",
        "hard_cuts": "they are abrupt",
        "flat_frames": "a flash over the whole picture is one colour",
        "black_frames": "a fifth of the light of a dark scene is black",
        "blur": "there is no detail in a flash",
        "frozen_frames": "nor motion",
        "duplicate_frames": "nor motion",
        "temporal_drift": "and no motion leads there",
        "banding": "a flash has one tone",
    },
    "blur": {"collapse": "nothing has an edge"},
    "blockiness": {
        "banding": "coarse quantisation leaves few tones",
        "blur": "and little detail",
        "frozen_frames": "a starved encoder repeats what it had",
        "duplicate_frames": "a starved encoder repeats what it had",
        "flicker": "and refreshes it with each key frame",
    },
    "banding": {
        "flicker": "a shade that crosses a step jumps by all of it",
        "noise": "the borders of the steps are as fine as noise",
        "temporal_drift": "a step is not explained by motion",
    },
    "noise": {"temporal_drift": "grain is not explained by motion"},
    "exposure": {
        "flashing": "twice the light is half a flash",
        "flicker": "clipped light pulses",
        "temporal_drift": "no motion explains another light",
        "banding": "an eighth of the light has an eighth of the tones",
        "flat_frames": "clipped to white or black the picture is plain",
        "black_frames": "an eighth of a dark scene's light is black",
        "blur": "clipped areas have no detail",
    },
    "collapse": {
        "blur": "mush is soft",
        "flicker": "it shimmers",
        "temporal_drift": "it redraws itself",
        "banding": "it has few tones",
    },
    "temporal_drift": {"exposure": "more red and less blue is another brightness"},
    "audio_clipping": {"audio_loudness": "what is clipped is loud"},
    "watermark": {"text": "a logo may be letters"},
}
"""Check whose defect was planted → check that may speak, too → why. Anything else is a false alarm."""
