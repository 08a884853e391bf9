"""Where a task and its clips are found again. The callback and the id alone do not say which route a task has."""

import re
from dataclasses import dataclass, replace
from typing import Self

from providers.errors import BadAnswer

WRITTEN = re.compile(r"(v1/([a-z0-9-]{1,40})|v2)/([^/]{1,200})(?:/(.{1,120}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A task, or with `clip` one of its files: `v1/text2video/8312`, `v1/text2video/8312/a1`, `v2/91`, `v2/91/0`.

    `kind` is the part of a v1 route that says what the task is, "" in v2; `clip` is the clip's own id in v1 and its
    number in v2.
    """

    dialect: str
    kind: str
    task_id: str
    clip: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.dialect, self.kind, self.task_id, self.clip) if part)

    def file(self, clip: str) -> "Place":
        return replace(self, clip=clip)

    @property
    def task(self) -> "Place":
        return replace(self, clip="")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what is no place of Kling's."""
        match = WRITTEN.fullmatch(text)
        if match is None:
            return None
        return cls("v1" if match[2] else "v2", match[2] or "", match[3], match[4] or "")

    @classmethod
    def of_task(cls, dialect: str, kind: str, task_id: object) -> Self:
        """Raises BadAnswer unless `task_id` is one that can be written down and read again."""
        text = str(task_id) if isinstance(task_id, int | str) and not isinstance(task_id, bool) else ""
        place = cls(dialect, kind, text)
        if cls.parse(str(place)) != place:
            raise BadAnswer("The provider's task has no id that we could keep.")
        return place
