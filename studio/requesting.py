"""What a prompt asks for, in the words of the narrow waist: its operation, its camera move, its compiled text."""

from providers.base import CameraMove, Operation
from providers.catalogue import catalogue
from studio.models import Mode, Prompt
from studio.rules.compiling import Compiled, compiled


def operation_of(prompt: Prompt) -> Operation:
    """A clip that was brought in says only in words how more of its kind may be made."""
    return Operation.TEXT_TO_VIDEO if prompt.mode == Mode.IMPORT else Operation(prompt.mode)


def camera_move_of(prompt: Prompt) -> CameraMove | None:
    return CameraMove(prompt.camera_move) if prompt.camera_move else None


def compiled_for(prompt: Prompt, model: str) -> Compiled:
    """Exactly what `model` (a key of the catalogue) receives of `prompt` in words."""
    return compiled(prompt.text, prompt.direction, camera_move_of(prompt), catalogue().get(model))
