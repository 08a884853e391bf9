"""The nouns of judging: what was found, who must look, what was decided, what went out."""

from reviews.models.comment import Comment
from reviews.models.decision import Decision, DecisionReason, Reason, ReasonRange
from reviews.models.finding import CheckRun, CheckStatus, Finding, FindingLabel, Verdict
from reviews.models.policy import Policy, PolicyRule
from reviews.models.publication import Publication, PublicationState, WithdrawalReason
from reviews.models.review import Review, ReviewReason

__all__ = [
    "CheckRun",
    "CheckStatus",
    "Comment",
    "Decision",
    "DecisionReason",
    "Finding",
    "FindingLabel",
    "Policy",
    "PolicyRule",
    "Publication",
    "PublicationState",
    "Reason",
    "ReasonRange",
    "Review",
    "ReviewReason",
    "Verdict",
    "WithdrawalReason",
]
