"""Reads the content credential (C2PA manifest) that came inside a file, offline. For a limited child: it parses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, BinaryIO, Self, TypeVar

from studio.media.boxes import top_level_boxes

C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""User type of the `uuid` box that holds a manifest store (C2PA specification, "Embedding manifests into BMFF")."""
MEDIA_TYPE = "video/mp4"
UNTRUSTED = "signingCredential.untrusted"
"""The one complaint that does not break a credential: nobody here vouches for its signer."""
LONGEST = 200
"""Characters kept of any word of a manifest: whoever signed it wrote them."""
MOST_LISTED = 8
Shape = TypeVar("Shape", bound=dict[str, Any] | list[Any])
STATES = {"Trusted": "trusted", "Valid": "valid"}


class Standing(StrEnum):
    """What can be said of a file's credential. The labels are the only words that people are shown for it."""

    ABSENT = "absent"
    BROKEN = "broken"
    VALID = "valid"
    TRUSTED = "trusted"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Standing.ABSENT: "None",
    Standing.BROKEN: "Broken",
    Standing.VALID: "Valid, unknown issuer",
    Standing.TRUSTED: "Trusted issuer",
}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a manifest says. Every text but `standing` and `problems` is the signer's claim, "" where it makes none.

    `source_type`: last part of the IPTC digital source type of the creation, as "trainedAlgorithmicMedia". `problems`:
    status codes of the C2PA specification, or the parser's own word for what it could not read.
    """

    standing: Standing
    issuer: str = ""
    generator: str = ""
    signed_at: str = ""
    source_type: str = ""
    actions: tuple[str, ...] = ()
    ingredients: int = 0
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"standing": self.standing.value}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
        lists = {name: tuple(document[name]) for name in ("actions", "problems")}
        return cls(**{**document, **lists, "standing": Standing(document["standing"])})


ABSENT = Credential(Standing.ABSENT)


def read_credential(file: BinaryIO, anchors: str = "") -> Credential:
    """What the file's embedded manifest says, held against the bytes; `anchors`: PEM certificates that are trusted.

    The parser is loaded only for a file with a manifest. A manifest that cannot be read is a broken one. Manifests
    that lie elsewhere (a sidecar, an address) are not asked for.
    """
    if not carries_manifest(file):
        return ABSENT
    import c2pa  # 20 MB of native code that most files do not need

    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if anchors:
        settings["trust"] = {"user_anchors": anchors}
    file.seek(0)
    try:
        with c2pa.Reader(MEDIA_TYPE, file, context=c2pa.Context.from_dict(settings)) as reader:
            return summary(str(reader.get_validation_state()), json.loads(reader.json()))
    except (c2pa.C2paError, ValueError) as error:
        return Credential(Standing.BROKEN, problems=(printable(type(error).__name__.strip("_")),))


def carries_manifest(file: BinaryIO) -> bool:
    for kind, offset, _ in top_level_boxes(file):
        if kind == "uuid":
            file.seek(offset)
            header = file.read(32)
            start = 16 if header[:4] == b"\0\0\0\1" else 8
            if header[start : start + 16] == C2PA_BOX:
                return True
    return False


def summary(state: str, document: Mapping[str, Any]) -> Credential:
    """From the parser's report. What is not of the expected shape is left out: the state is the parser's own."""
    manifests, active = of(document.get("manifests"), dict), document.get("active_manifest")
    manifest = of(manifests.get(active), dict)
    signature = of(manifest.get("signature_info"), dict)
    actions = list(actions_of(manifest))
    standing = Standing(STATES.get(state, "broken"))
    return Credential(
        standing,
        issuer=printable(signature.get("issuer")),
        generator=printable(generator_of(manifest)),
        signed_at=printable(signature.get("time")),
        source_type=printable(next((each["digitalSourceType"] for each in actions if "digitalSourceType" in each), "")),
        actions=tuple(printable(each.get("action")) for each in actions),
        ingredients=len(of(manifest.get("ingredients"), list)),
        problems=tuple(problems_of(document)) if standing is Standing.BROKEN else (),
    )


def actions_of(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for assertion in of(manifest.get("assertions"), list):
        if str(of(assertion, dict).get("label")).startswith("c2pa.actions"):
            listed = of(of(assertion.get("data"), dict).get("actions"), list)
            yield from (action for action in listed[:MOST_LISTED] if isinstance(action, dict))


def generator_of(manifest: Mapping[str, Any]) -> object:
    """The program that signed: the newer list of names and versions, or the older single text."""
    listed = of(manifest.get("claim_generator_info"), list)
    first = of(listed[0], dict) if listed else {}
    named = " ".join(str(first[part]) for part in ("name", "version") if first.get(part))
    return named or manifest.get("claim_generator")


def problems_of(document: Mapping[str, Any]) -> Iterator[str]:
    codes = (of(each, dict).get("code") for each in of(document.get("validation_status"), list))
    told = dict.fromkeys(printable(code) for code in codes if code and code != UNTRUSTED)
    yield from list(told)[:MOST_LISTED]


def of(value: object, kind: type[Shape]) -> Shape:
    """The value if it is of this kind, else an empty one."""
    return value if isinstance(value, kind) else kind()


def printable(value: object) -> str:
    """One short line; of an address its last part."""
    text = value if isinstance(value, str) else ""
    text = text.rsplit("/", 1)[-1] if text.startswith(("http://", "https://")) else text
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:LONGEST]
