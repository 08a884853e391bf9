"""What the model that made a take can give, from the catalogue and from what was asked of it."""

from providers.catalogue import catalogue
from reviews.checks.base import Profile
from reviews.checks.profile import ANY_MODEL
from studio.models import Candidate


def profile_of(candidate: Candidate) -> Profile:
    """Nothing is known of a clip made elsewhere, or by a model that the catalogue does not know any more."""
    generation = candidate.generation
    terms = catalogue().get(generation.model) if generation else None
    if generation is None or terms is None:
        return ANY_MODEL
    asked = generation.parameters.get("audio")
    unasked = None if "audio" in terms.extras else terms.audio  # where sound can be chosen, nothing was promised
    return Profile(model=terms.label, audio=unasked if asked is None else bool(asked))
