"""Child side of the fuzz: the product's pass on each of several files that come as one, and a strict second opinion."""

import io
from collections.abc import Mapping
from typing import Any, BinaryIO

import av

from reviews.checks.base import Spec, Stage
from reviews.checks.bench import Bench
from reviews.checks.inspection_child import inspect
from reviews.checks.profile import ANY_MODEL
from reviews.checks.registry import of_stage
from studio.media.errors import UnreadableClip
from studio.media.magic import demuxer_for
from studio.media.opening import DECODER_OPTIONS, open_clip, open_container, pick_streams

NO_PICTURE_LOST = ("SEI type", "avcodec_open2")
"""A broken remark beside the pictures, or a broken copy of the headers: the strict decoder gives no opinion there."""

DAMAGE = frozenset({"truncated", "decode_errors"})


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:
    """`sizes`: bytes of each file. → for each: `refused`, `damaged`, `failed` instruments, `complaints`."""
    return {"files": [verdict(blob.read(size)) for size in request["sizes"]]}


def verdict(raw: bytes) -> dict[str, Any]:
    try:
        opened = open_clip(io.BytesIO(raw))
        seen = inspect(opened, Spec(), ANY_MODEL, [Bench(kind()) for kind in of_stage(Stage.SIGNAL)])
    except UnreadableClip as refusal:
        return {"refused": refusal.sentence}
    reports = {report["check"]: report for report in seen["reports"]}
    labels = {each["label"] for each in reports["container"]["observations"]}
    failed = {key: report["reason"] for key, report in reports.items() if report["status"] == "failed"}
    damage = sorted(labels & DAMAGE)
    return {"damaged": damage, "failed": failed, "complaints": [] if damage else complaints(raw)}


def complaints(raw: bytes) -> list[str]:
    """What a decoder that explodes at the first error, on one thread, has against the file."""
    file = io.BytesIO(raw)
    container = open_container(file, demuxer_for(file))
    told = []
    for stream in (each for each in pick_streams(container) if each is not None):
        stream.codec_context.options = DECODER_OPTIONS | {"err_detect": "crccheck+bitstream+buffer+explode"}
        stream.codec_context.thread_count = 1
    packets = frames = 0
    av.logging.set_level(av.logging.ERROR)  # so that an exception says what broke
    try:
        for packet in container.demux([each for each in pick_streams(container) if each is not None]):
            is_picture = packet.stream.type == "video"
            packets += is_picture and bool(packet.size) and not packet.is_discard
            told += ["corrupt packet"] * packet.is_corrupt
            for frame in packet.decode():
                frames += is_picture
                told += ["corrupt frame"] * getattr(frame, "is_corrupt", False)
    except av.FFmpegError as error:
        if any(words in str(error) for words in NO_PICTURE_LOST):
            return told
        told.append(str(error))
    return told + ([f"{packets} packets, {frames} frames"] if frames < packets else [])
