"""How the Kling sandbox says what became of a task, in the words of both wire formats. Times are milliseconds."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from providers.base import JobState
from providers.sandbox.progress import FAILED, REFUSED, SHORT_LINK_SECONDS, Fault, Progress
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

FILES_LIVE_SECONDS = 30 * 24 * 3600
DOLLARS_A_UNIT = Decimal("0.14")
"""The sandbox's own; nobody says what a unit is worth."""
STATUSES: Mapping[JobState, str] = {
    JobState.QUEUED: "submitted",
    JobState.RUNNING: "processing",
    JobState.SUCCEEDED: "succeed",
    JobState.FAILED: "failed",
    JobState.REFUSED: "failed",
    JobState.CANCELLED: "failed",
}
REASONS: Mapping[Fault, str] = {
    REFUSED: "Failure to pass the risk control system",
    FAILED: "Task failed, please try again",
}


def in_v1(job: Job, progress: Progress, samples: int) -> dict[str, Any]:
    task = {
        "task_id": _id(job, progress),
        "task_status": _status(job, progress),
        "task_status_msg": _reason(progress),
        "task_info": {"external_task_id": job.client_id},
        "created_at": _ms(job.created_at),
        "updated_at": _updated(job, progress),
    }
    if not progress.is_done:
        return task
    videos = [_video(job) for _ in range(samples)]
    return task | {
        "final_unit_deduction": _units(job),
        "watermark_info": {"enabled": bool(job.details["watermark"])},
        "task_result": {"videos": videos},
    }


def in_v2(job: Job, progress: Progress, samples: int) -> dict[str, Any]:
    status = _status(job, progress)
    task = {
        "id": _id(job, progress),
        "status": "succeeded" if status == "succeed" else status,
        "message": _reason(progress),
        "external_id": job.client_id,
        "create_time": _ms(job.created_at),
        "update_time": _updated(job, progress),
    }
    if not progress.is_done:
        return task
    outputs = [{"type": "video", "url": link(job)} for _ in range(samples)]
    return task | {"outputs": outputs, "billing": [{"charge_type": "unit", "amount": _units(job)}]}


def clip_id(job: Job) -> str:
    return f"clip-{job.id}"


def link(job: Job) -> str:
    """Where the file is, with the second until which that holds."""
    short = Scenario.SHORT_LINK in job.order.scenarios
    until = int(time.time()) + SHORT_LINK_SECONDS if short else int(gone_at(job))
    return f"{job.details['base']}/files/{job.id}.mp4?until={until}"


def gone_at(job: Job) -> float:
    """When the files of a finished task are removed, unix seconds."""
    done = job.completed_at or 0.0
    return done if Scenario.EXPIRED in job.order.scenarios else done + FILES_LIVE_SECONDS


def _video(job: Job) -> dict[str, Any]:
    video = {"id": clip_id(job), "url": link(job), "duration": f"{float(job.order.frames / job.order.fps):.1f}"}
    return video | ({"watermark_url": link(job)} if job.details["watermark"] else {})


def _id(job: Job, progress: Progress) -> str:
    return "900000000000000001" if Scenario.OTHER_JOB in job.order.scenarios and progress.is_done else job.id


def _status(job: Job, progress: Progress) -> str:
    odd = Scenario.ODD_STATUS in job.order.scenarios and progress.state is JobState.RUNNING
    return "dreaming" if odd else STATUSES[progress.state]


def _reason(progress: Progress) -> str:
    return REASONS.get(progress.fault, progress.fault.message) if progress.fault else ""


def _units(job: Job) -> str:
    return str((job.cost / DOLLARS_A_UNIT).quantize(Decimal("0.1")))


def _updated(job: Job, progress: Progress) -> int:
    return _ms(job.completed_at if progress.is_done and job.completed_at else job.created_at)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
