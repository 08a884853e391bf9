"""How bytes become a take: one way in for what was generated, uploaded or imported.

Bytes are received to a temporary file and hashed, looked at in a limited child process, moved under their own digest,
and only then does a row speak of them. A kill leaves a temporary file (the janitor's) or an unreferenced blob.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore

from django.conf import settings

from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.crashpoints import crashpoint
from studio.errors import Invalid
from studio.media.errors import ChildFailed, TooLarge, UnreadableClip
from studio.media.facts import ClipFacts
from studio.media.hashing import digest
from studio.media.prepare import prepare_clip
from studio.media.storage import Received
from studio.models import Blob, Candidate, Generation, Mode, Project, Prompt, Source, User
from studio.rules.one_line import one_line
from studio.rules.roles import Role
from studio.signals import candidate_ready
from studio.store import media_store, require_room

UNNAMED = "clip"
_one_child = BoundedSemaphore(1)
"""One media child at a time a process: decoding is what fills the cores and the memory."""


@dataclass(frozen=True, slots=True)
class StoredClip:
    """Bytes that were verified and lie under their own digest with everything derived from them."""

    sha256: str
    size: int
    facts: ClipFacts
    derived: Mapping[str, str]
    """SHA-256 of each file made of it."""

    @property
    def media_type(self) -> str:
        return "video/webm" if self.facts.container == "matroska" else "video/mp4"


def store_clip(received: Received) -> StoredClip:
    """Verify received bytes by a full decode in a child, derive proxy, poster, sprite and frame table, store it all.

    Raises UnreadableClip or ChildFailed; the temporary file then stays with the caller.
    """
    with media_store().workspace() as folder, _one_child:
        prepared = prepare_clip(received.path, folder, sha256=received.sha256)
        derived = {file.name: digest(file) for file in prepared.files}
        media_store().put_derived(received.sha256, folder)
    crashpoint("ingesting.before_rename")
    media_store().adopt(received)
    crashpoint("ingesting.after_rename")
    return StoredClip(received.sha256, received.size, prepared.facts, derived)


def add_candidate(
    clip: StoredClip,
    *,
    prompt: Prompt,
    source: Source,
    name: str,
    by: User,
    generation: Generation | None = None,
    sample: int = 0,
) -> Candidate:
    """Write the take's rows and tell the instruments, inside the caller's action."""
    blob, _ = Blob.objects.update_or_create(  # the same bytes again: what was made of them has just been made anew
        sha256=clip.sha256, defaults={"size": clip.size, "media_type": clip.media_type, "derived": dict(clip.derived)}
    )
    candidate = Candidate.objects.create(
        prompt=prompt,
        generation=generation,
        sample=sample,
        blob=blob,
        sha256=clip.sha256,
        source=source,
        name=one_line(name)[:200] or UNNAMED,
        facts=clip.facts.as_json(),
        made_by=by,
        run_after=clock.now(),
    )
    candidate.makers.set({by, *(revision.author for revision in prompt.ancestry())})
    record_event(candidate, verb="came_in", actor=Actor.of(by), data={"sha256": clip.sha256, "source": source.value})
    candidate_ready.send(sender=Candidate, candidate=candidate)
    return candidate


def bring_in(
    chunks: Iterable[bytes], *, project: Project, by: User, source: Source, name: str, text: str = ""
) -> Candidate:
    """Take in a clip made elsewhere. Raises NotPermitted, or Invalid with a sentence when the file cannot be used."""
    require_role(by, project, Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
    require_room()
    try:
        received = media_store().receive(chunks, max_bytes=settings.MAX_CLIP_BYTES)
    except TooLarge as error:
        raise Invalid(str(error)) from error
    try:
        clip = store_clip(received)
    except (UnreadableClip, ChildFailed) as error:
        raise Invalid(error.sentence) from error
    finally:
        media_store().discard(received)
    return _add_with_prompt(clip, project=project, by=by, source=source, name=name, text=text)


@action
def _add_with_prompt(
    clip: StoredClip, *, project: Project, by: User, source: Source, name: str, text: str
) -> Candidate:
    """A take made elsewhere gets a prompt of its own, so that every take has one."""
    title = (one_line(text) or one_line(name))[:120] or UNNAMED
    prompt = Prompt.objects.create(project=project, mode=Mode.IMPORT, title=title, text=text, author=by)
    return add_candidate(clip, prompt=prompt, source=source, name=name, by=by)
