"""Google's error envelope, and the two shapes that every body is made of."""

from collections.abc import Mapping
from typing import Any


class Fault(Exception):
    """An answer in Google's envelope."""

    def __init__(self, http: int, status: str, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.http = http
        self.body = {"error": {"code": http, "message": message, "status": status, "details": details or []}}


def invalid(message: str) -> Fault:
    return Fault(400, "INVALID_ARGUMENT", message)


def as_objects(value: object, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise invalid(f"{name} must be a list of objects.")
    return value


def as_object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name, {})
    if not isinstance(value, Mapping):
        raise invalid(f"{name} must be an object.")
    return value
