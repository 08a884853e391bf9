"""What Google's side answers and tells about its jobs, in the words of each dialect."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from providers.base import JobState
from providers.sandbox.desk import PAGE_OF_HTML, FrontDesk
from providers.sandbox.progress import REFUSED, Progress
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

FILES = "https://generativelanguage.googleapis.com/v1beta/files"
"""Google's own client takes only the id out of such a link and asks its own base address."""
FILTERED = (
    "The video was withheld as it violates our usage guidelines. If you think this was an error, send feedback. "
    "Support codes: 29310472"
)
STATUSES: Mapping[JobState, str] = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "in_progress",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.REFUSED: "failed",
    JobState.CANCELLED: "cancelled",
}
OTHER_NAME = "0" * 32


@dataclass(frozen=True, slots=True)
class Answers:
    """How a job of `desk` looks from outside; files are named by a link that lives as long as the scenario lets it."""

    desk: FrontDesk

    def link(self, job: Job, sample: int) -> str:
        stamp = str(int(time.time() * 1000)) if Scenario.SHORT_LINK in job.order.scenarios else ""
        return f"{FILES}/{job.id}{sample}{stamp}:download?alt=media"

    async def operation(self, job: Job) -> dict[str, Any]:
        progress, name = self.desk.progress(job), str(job.details["name"])
        if not progress.state.is_terminal:
            return {"name": name}
        if Scenario.OTHER_JOB in job.order.scenarios:
            name = name.replace(job.id, OTHER_NAME)
        if progress.fault and progress.fault is not REFUSED:
            return {"name": name, "done": True, "error": {"code": 13, "message": progress.fault.message}}
        return {"name": name, "done": True, "response": await self._response(job, progress)}

    async def _response(self, job: Job, progress: Progress) -> dict[str, Any]:
        samples = self.desk.samples(job) if progress.is_done else []
        withheld = 0 if Scenario.NO_FILE in job.order.scenarios else job.order.samples - len(samples)
        counts = {"raiMediaFilteredCount": withheld, "raiMediaFilteredReasons": [FILTERED] * withheld}
        if job.details["dialect"] == "vertex_lro":
            videos = [{"bytesBase64Encoded": await self._inline(job, one), "mimeType": "video/mp4"} for one in samples]
            kind = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
            return {"@type": kind, **counts, "videos": videos}
        kind = "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse"
        made = [{"video": {"uri": self.link(job, one)}} for one in samples]
        return {"@type": kind, "generateVideoResponse": {"generatedSamples": made, **counts}}

    async def _inline(self, job: Job, sample: int) -> str:
        content = (await self.desk.clip(job, sample)).read_bytes()
        scenarios = job.order.scenarios
        if Scenario.EMPTY in scenarios:
            content = b""
        elif Scenario.HTML in scenarios:
            content = PAGE_OF_HTML
        elif Scenario.TRUNCATED in scenarios:
            content = content[: len(content) // 2]
        return base64.b64encode(content).decode()

    async def interaction(self, job: Job) -> dict[str, Any]:
        progress, order = self.desk.progress(job), job.order
        is_odd = Scenario.ODD_STATUS in order.scenarios and progress.state is JobState.RUNNING
        is_other = Scenario.OTHER_JOB in order.scenarios and progress.is_done
        answer: dict[str, Any] = {
            "id": f"int_{OTHER_NAME}" if is_other else job.details["name"],
            "object": "interaction",
            "model": order.model.removeprefix("vertex-"),
            "status": "dreaming" if is_odd else STATUSES[progress.state],
            "created": iso(job.created_at),
            "updated": iso(job.completed_at or job.created_at),
            "labels": job.details.get("labels") or {},
            "steps": [],
        }
        if previous := job.details.get("previous"):
            answer["previous_interaction_id"] = previous
        if progress.fault:
            code = "SAFETY" if progress.fault is REFUSED else "INTERNAL"
            message = FILTERED if progress.fault is REFUSED else progress.fault.message
            answer["errors"] = [{"code": code, "message": message}]
        if progress.is_done:
            content = [await self._video(job, sample) for sample in self.desk.samples(job)]
            answer["steps"] = [{"type": "model_output", "content": content}]
            answer["usage"] = {"total_output_tokens": job.details["tokens"]}
        return answer

    async def _video(self, job: Job, sample: int) -> dict[str, Any]:
        video = {"type": "video", "mime_type": "video/mp4"}
        if job.details["delivery"] == "inline":
            return video | {"data": await self._inline(job, sample)}
        return video | {"uri": self.link(job, sample)}


def iso(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
