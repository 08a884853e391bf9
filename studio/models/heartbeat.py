"""When a recurring job last ran, for `/healthz`."""

from django.db import models


class Heartbeat(models.Model):
    name = models.SlugField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
