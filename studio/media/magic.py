"""The first bytes of a file decide what it is; names, media types and FFmpeg's own guessing do not."""

from typing import BinaryIO, Literal

from studio.media.errors import UnreadableClip

Demuxer = Literal["mov", "matroska"]

HEAD_BYTES = 64
ADVICE = "Export it as MP4 with H.264 video and add it again."

ISO_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""Boxes an ISO-BMFF or QuickTime file may begin with (ISO/IEC 14496-12; QuickTime File Format, "Overview of atoms")."""

STILL_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
"""Major brands of pictures in ISO-BMFF clothes (ISO/IEC 23008-12, AV1 Image File Format)."""

EBML = b"\x1a\x45\xdf\xa3"

STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"ffconcat", "a list of other files"),
    (b"#EXTM3U", "a playlist"),
    (b"v=0", "a streaming session description"),
    (b"<?xml", "an XML document"),
    (b"<MPD", "a playlist"),
    (b"ID3", "a sound file"),
    (b"\xff\xfb", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"OggS", "an Ogg file"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an archive"),
)
RIFF_KINDS = {b"WAVE": "a sound file", b"AVI ": "an AVI file", b"WEBP": "a WebP picture"}


def demuxer_for(file: BinaryIO) -> Demuxer:
    """The one demuxer that may see this file, which is left at its start. Raises UnreadableClip for anything else."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if head[:4] == EBML:
        return "matroska"
    if head[4:8] in ISO_BOXES and not (head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS):
        return "mov"
    raise UnreadableClip(sentence_for(head))


def sentence_for(head: bytes) -> str:
    """What a refused file is, as far as its first bytes tell."""
    if not head:
        return "The file is empty. Export or download it again."
    if head[4:8] == b"ftyp":
        return f"This is a still picture, not a video clip. {ADVICE}"
    known = RIFF_KINDS.get(head[8:12]) if head[:4] == b"RIFF" else None
    known = known or next((name for magic, name in STRANGERS if head.startswith(magic)), None)
    if known is None:
        return f"This is not a video file: its first bytes are neither MP4 nor WebM. {ADVICE}"
    return f"This is {known}, not an MP4 or WebM clip. {ADVICE}"
