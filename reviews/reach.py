"""Takes by their own address."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from reviews.models import Review
from studio.models import Candidate, User


def takes_open_to(user: User) -> QuerySet[Candidate]:
    """Takes whose pages and bytes `user` may ask for: of their projects, and copies where they may see the review."""
    reviewed = Review.objects.visible_to(user).filter(candidate=OuterRef("pk"))
    return Candidate.with_copies.visible_to(user).filter(Q(copy_of=None) | Exists(reviewed))
