"""Small real files of many codecs, and seeded damage to them: the same number always makes the same file."""

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import av
import numpy as np

SEEDS = {
    "h264.mp4": ("libx264", "aac", {"movflags": "faststart"}),
    "h264.mov": ("libx264", "pcm_s16le", {}),
    "h264_frag.mp4": ("libx264", "aac", {"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mp4": ("libx265", "aac", {}),
    "vp8.webm": ("libvpx", "libopus", {}),
    "vp9.webm": ("libvpx-vp9", "libopus", {}),
    "vp9.mp4": ("libvpx-vp9", None, {}),
    "av1.mp4": ("libsvtav1", None, {}),
    "h264.mkv": ("libx264", "libmp3lame", {}),
}
"""Name → encoder of pictures and of sound, options of the container."""
ENCODING: dict[str, dict[str, object]] = {
    "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
}
FRAMES, SIZE, RATE = 12, (64, 48), 12
BOXES = (
    b"moov",
    b"mdat",
    b"trak",
    b"stts",
    b"stsz",
    b"stco",
    b"stsc",
    b"elst",
    b"tkhd",
    b"mdhd",
    b"stsd",
    b"avcC",
    b"hdlr",
)

Damage = Callable[[random.Random, bytes, bytes], bytes]


def make_seeds(folder: Path) -> dict[str, bytes]:
    """Every seed for which this build has the encoders."""
    made = {}
    for name, (video, audio, options) in SEEDS.items():
        if video in av.codecs_available:
            made[name] = encoded(folder / name, video, audio, options)
    return made


def encoded(path: Path, video: str, audio: str | None, options: dict[str, str]) -> bytes:
    """One second of a wandering texture, with a tone."""
    picture = np.random.default_rng(1).integers(30, 220, (SIZE[1] // 8, SIZE[0] // 8, 3))
    large = np.kron(picture, np.ones((8, 8, 1))).astype(np.uint8)
    with av.open(str(path), "w", options=options) as container:
        stream = cast("av.VideoStream", container.add_stream(video, rate=RATE))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = dict(ENCODING[video])
        sound = cast("av.AudioStream", container.add_stream(audio, rate=48_000, layout="mono")) if audio else None
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(large, 3 * index, axis=1)), format="bgr24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
        if sound:
            container.mux(tone(sound))
            container.mux(sound.encode(None))
    return path.read_bytes()


def tone(sound: av.AudioStream) -> "list[av.Packet[Any]]":
    wave = (0.3 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)).astype(np.float32)
    whole = av.AudioFrame.from_ndarray(wave[None, :], format="fltp", layout="mono")
    whole.sample_rate, whole.pts = 48_000, 0
    resampler = av.AudioResampler(sound.format or "s16", "mono", 48_000, frame_size=sound.frame_size or None)
    return [packet for part in [*resampler.resample(whole), *resampler.resample(None)] for packet in sound.encode(part)]


def flip_bits(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 3, 10, 100))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_early(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    """In the first 2 KB, where headers are."""
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 2, 5))):
        changed[chance.randrange(min(2048, len(changed)))] = chance.randrange(256)
    return bytes(changed)


def truncate(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    return raw[: chance.randrange(1, len(raw))]


def edit_box(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    """Another length, type or first field of a box (ISO/IEC 14496-12); random bytes where a file has none."""
    places = [at for box in BOXES if (at := raw.find(box)) >= 4]
    if not places:
        return overwrite(chance, raw, _other)
    at = chance.choice(places)
    changed = bytearray(raw)
    value = chance.choice((0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF, chance.getrandbits(32)))
    offset = at + chance.choice((-4, 0, 4, 8, 12, 16))
    changed[offset : offset + 4] = struct.pack(">I", value)
    return bytes(changed)


def swap_chunks(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    size = chance.choice((16, 64, 256))
    first, second = (chance.randrange(max(1, len(raw) - size)) for _ in range(2))
    changed = bytearray(raw)
    changed[first : first + size], changed[second : second + size] = (
        raw[second : second + size],
        raw[first : first + size],
    )
    return bytes(changed)


def overwrite(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    at, size = chance.randrange(len(raw)), chance.choice((1, 8, 64, 512))
    filler = chance.randbytes(size) if chance.random() < 0.6 else bytes(size)
    return raw[:at] + filler + raw[at + size :]


def splice(chance: random.Random, raw: bytes, other: bytes) -> bytes:
    return raw[: chance.randrange(len(raw))] + other[chance.randrange(len(other)) :]


def cut_out(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + raw[at + chance.choice((1, 4, 100, 1000)) :]


def noise_behind_head(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    return raw[: chance.choice((12, 32, 64, 512))] + chance.randbytes(2000)


DAMAGES: tuple[Damage, ...] = (
    flip_bits,
    flip_early,
    truncate,
    edit_box,
    swap_chunks,
    overwrite,
    splice,
    cut_out,
    noise_behind_head,
)


def damaged(number: int, seeds: dict[str, bytes]) -> tuple[str, bytes]:
    """File `number`: the names of its seed and damage, and its bytes."""
    chance = random.Random(number)
    name, other = chance.choice(sorted(seeds)), chance.choice(sorted(seeds))
    damage = chance.choice(DAMAGES)
    return f"{name}, {damage.__name__}", damage(chance, seeds[name], seeds[other])
