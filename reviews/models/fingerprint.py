"""What stored clips look like, so that a clip can be recognised."""

from django.db import models

from studio.models import Blob


class Fingerprint(models.Model):
    """The fingerprint of one file, packed: 45 bytes a sample, four samples a second. Written once, when it is checked.

    Packed and read by `reviews/actions/fingerprinting.py`: processes that never look at pictures do without numpy.
    """

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="fingerprints")
    version = models.PositiveSmallIntegerField(help_text="Of how it was taken.")
    frames = models.BinaryField(help_text="Numbers of the sampled frames, 32 bit little-endian.")
    seconds = models.BinaryField(help_text="Their times, 64 bit little-endian floats.")
    hashes = models.BinaryField(help_text="PDQ, 32 bytes each.")
    qualities = models.BinaryField(help_text="0 to 100, a byte each.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["blob", "version"], name="one_fingerprint_per_file_and_version")]

    def __str__(self) -> str:
        return f"fingerprint of {self.blob}"
