"""Opens a hostile file. Runs inside the limited child only; every lock here has a crafted file in the tests.

The forced demuxer, the empty protocol list and the decoder lists are each needed: a Python file object alone lets
FFmpeg follow playlists to other files and to the network, and PyAV ignores misspelt options without a word.
"""

from __future__ import annotations  # av.Packet is generic for type checkers only

from collections.abc import Iterator
from typing import BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studio.media import boxes, ebml, memory
from studio.media.errors import UnreadableClip
from studio.media.facts import ClipFacts
from studio.media.limits import OpeningLimits
from studio.media.magic import ADVICE, Demuxer, demuxer_for
from studio.media.tally import Tally

OPEN_OPTIONS = {
    "protocol_whitelist": "none",  # no protocol has this name, so none opens
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "codec_whitelist": "none",  # no decoder runs while the header is read
    "enable_drefs": "0",
    "use_absolute_path": "0",
}
CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "aac", "opus", "mp3", "pcm_s16le"})
"""Canonical names, for the question "do we take this at all"."""

DECODER_OPTIONS = {
    "codec_whitelist": "h264,hevc,vp8,vp9,libdav1d,aac,opus,mp3float,pcm_s16le",  # names of decoders, not of codecs
    "max_pixels": "16777216",  # 4096 x 4096; binds the stream's own size, which a header may lie about
}
DECODER_THREADS = 2


class NamelessFile:
    """All of a file that FFmpeg may know: its bytes. A name would let the HLS and image demuxers guess from it."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


class OpenClip:
    """A clip whose header passed all locks. Decode it once, to the end; then `facts()` are known."""

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        audio: AudioStream | None,
        *,
        demuxer: Demuxer,
        moov_first: bool | None,
        cut_off: bool,
        limits: OpeningLimits,
    ) -> None:
        self.container, self.video, self.audio = container, video, audio
        self._demuxer, self._moov_first, self._limits = demuxer, moov_first, limits
        self._tally = Tally(video, audio)
        self._tally.errors += cut_off

    @property
    def announced_frames(self) -> int:
        """The header's frame count; where it has none, duration times rate; 0 when it gives neither."""
        return self.video.frames or round(self.announced_seconds * float(self.video.average_rate or 0))

    @property
    def announced_seconds(self) -> float:
        """The longest duration the header gives, of the file or of the picture; 0 when it gives none."""
        stream = self.video.duration * self.video.time_base if self.video.duration and self.video.time_base else 0
        return max(float(stream), (self.container.duration or 0) / av.time_base)

    @property
    def announced_pixels(self) -> int:
        """width x height x frames, before anything is decoded."""
        context = self.video.codec_context
        return context.width * context.height * self.announced_frames

    @property
    def decode_errors(self) -> int:
        """Broken packets and corrupt pictures met so far; one more for a file that ends before it says it does."""
        return self._tally.errors

    def decode(self, *, audio: bool = True) -> Iterator[VideoFrame | AudioFrame]:
        """Every decodable picture in presentation order, sound between them, once. Broken packets are counted.

        Raises UnreadableClip as soon as more comes out than the limits allow.
        """
        for packet in self._packets(audio=audio):
            self._tally.errors += packet.is_corrupt
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                self._survive(error)
                continue
            for frame in frames:
                self._count(frame)
                yield frame

    def decode_video(self) -> Iterator[VideoFrame]:
        """The pictures alone; sound is not decoded."""
        for frame in self.decode(audio=False):
            if isinstance(frame, VideoFrame):
                yield frame

    def facts(self) -> ClipFacts:
        """Facts of what has been decoded. Raises UnreadableClip when not one picture came out."""
        if not self._tally.times:
            raise UnreadableClip(NO_PICTURE)
        return self._tally.facts(
            container="mp4" if self._demuxer == "mov" else "matroska",
            moov_first=self._moov_first,
            extra_streams=len(self.container.streams) - 1 - (self.audio is not None),
        )

    def _packets(self, *, audio: bool) -> Iterator[Packet[VideoStream] | Packet[AudioStream]]:
        """Packets of the chosen streams, up to the first place that cannot be demuxed."""
        streams = [self.video, self.audio] if audio and self.audio else [self.video]
        try:
            yield from cast("Iterator[Packet[VideoStream] | Packet[AudioStream]]", self.container.demux(streams))
        except av.FFmpegError as error:
            self._survive(error)

    def _survive(self, error: av.FFmpegError) -> None:
        require_memory(error)
        self._tally.errors += 1

    def _count(self, frame: VideoFrame | AudioFrame) -> None:
        if isinstance(frame, AudioFrame):
            self._tally.see_audio(frame)
            return
        self._tally.see_video(frame)
        require_sides(frame.width, frame.height, self._limits)
        if self._tally.pixels > self._limits.max_pixels:
            raise UnreadableClip(TOO_MUCH)
        require_length(self._tally.span_seconds, self._limits)
        require_pace(len(self._tally.times), self._tally.span_seconds + 1, self._limits)


NO_PICTURE = "Not one picture of this file can be decoded. Export or download it again."
TOO_MUCH = "The clip holds more picture than one clip may: make it shorter, smaller or slower."


def open_clip(file: BinaryIO, limits: OpeningLimits | None = None) -> OpenClip:
    """Open `file` (binary, seekable) behind every lock. Raises UnreadableClip with a sentence for people."""
    limits = limits or OpeningLimits()
    if file.seek(0, 2) > limits.max_file_bytes:
        raise UnreadableClip(f"The file is larger than {limits.max_file_bytes / 1e9:g} GB.")
    demuxer = demuxer_for(file)
    moov_first = boxes.moov_comes_first(file) if demuxer == "mov" else None
    cut_off = boxes.is_cut_off(file) if demuxer == "mov" else ebml.is_cut_off(file)
    container = open_container(file, demuxer)
    video, audio = pick_streams(container)
    clip = OpenClip(container, video, audio, demuxer=demuxer, moov_first=moov_first, cut_off=cut_off, limits=limits)
    require_announced(clip, limits)
    for stream in (video, audio):
        if stream is not None:
            arm_decoder(stream)
    return clip


def open_container(file: BinaryIO, demuxer: Demuxer) -> InputContainer:
    """Read the header with one demuxer and no decoder."""
    file.seek(0)
    try:
        return av.open(
            NamelessFile(file), mode="r", format=demuxer, options=dict(OPEN_OPTIONS), metadata_errors="replace"
        )
    except av.FFmpegError as error:
        require_memory(error)
        cut_off = demuxer == "mov" and (boxes.has_no_index(file) or boxes.is_cut_off(file))
        what = "is cut off: its index is missing" if cut_off else "is damaged: its header cannot be read"
        raise UnreadableClip(f"The file {what}. Export or download it again.") from error


def pick_streams(container: InputContainer) -> tuple[VideoStream, AudioStream | None]:
    """First picture that is not a cover, first sound; all others are never touched."""
    videos = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not videos:
        raise UnreadableClip(f"There is no video in this file. {ADVICE}")
    require_codec(videos[0])
    audio = next(iter(container.streams.audio), None)
    if audio is not None:
        require_codec(audio)
    return videos[0], audio


def require_codec(stream: VideoStream | AudioStream) -> None:
    """Refuse by the codec's canonical name, before any decoder exists."""
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "an unknown codec"
    if codec not in CODECS:
        kind = "picture" if stream.type == "video" else "sound"
        raise UnreadableClip(f"The {kind} of this file is coded as {codec}, which we do not decode. {ADVICE}")


def require_announced(clip: OpenClip, limits: OpeningLimits) -> None:
    """All limits that the header alone can break."""
    context = clip.video.codec_context
    require_sides(context.width, context.height, limits)
    require_length(clip.announced_seconds, limits)
    if clip.announced_pixels > limits.max_pixels:
        raise UnreadableClip(TOO_MUCH)
    if clip.announced_seconds:
        require_pace(clip.announced_frames, clip.announced_seconds, limits)


def require_sides(width: int, height: int, limits: OpeningLimits) -> None:
    """Refuse pictures beyond the side limit."""
    if max(width, height) > limits.max_side:
        raise UnreadableClip(f"The picture is {width}x{height}; sides up to {limits.max_side} pixels are taken.")


def require_length(seconds: float, limits: OpeningLimits) -> None:
    """Refuse clips beyond the duration limit."""
    if seconds > limits.max_duration_seconds:
        raise UnreadableClip(f"The clip lasts {seconds:.0f} s; at most {limits.max_duration_seconds:g} s are taken.")


def require_pace(frames: int, seconds: float, limits: OpeningLimits) -> None:
    """Refuse more frames than `seconds` can hold; the first frame is free, so that a single one has no rate."""
    if frames - 1 > limits.max_frames_per_second * seconds:
        raise UnreadableClip(f"The clip has more than {limits.max_frames_per_second} frames a second.")


def arm_decoder(stream: VideoStream | AudioStream) -> None:
    """Bind the decoder itself: the list given at open does not hold for later decoding."""
    context = stream.codec_context
    context.options = dict(DECODER_OPTIONS)
    context.thread_count = DECODER_THREADS
    if stream.type == "video":
        context.thread_type = "AUTO"
    try:
        context.open()
    except av.FFmpegError as error:
        require_memory(error)
        raise UnreadableClip(f"The {stream.type} of this file cannot be decoded. {ADVICE}") from error


def require_memory(error: av.FFmpegError) -> None:
    """Raise MemoryError when our own limit, not the file, is to blame for `error`."""
    if isinstance(error, MemoryError) or memory.is_exhausted():
        raise MemoryError(str(error)) from error
