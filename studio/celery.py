"""The engine: Celery carries row ids, nothing else. Names of queues are versioned: a changed task gets a new queue."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

from django.conf import settings

PROVIDER, MEDIA, CHECKS, PUBLISH = "provider.v1", "media.v1", "checks.v1", "publish.v1"
QUEUES = (PROVIDER, MEDIA, CHECKS, PUBLISH)

app = Celery("dailies")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=2,
    task_ignore_result=True,
    task_acks_late=False,  # the sweeper re-sends what is due; a redelivered message would only be a second hint
    task_default_queue=PROVIDER,
    task_soft_time_limit=690,  # above a step's own limits: status call 60 s, download 300 s, media child 300 s
    task_time_limit=720,
    task_routes={
        "studio.tasks.step_generation": {"queue": PROVIDER},
        "studio.tasks.fetch_generation": {"queue": MEDIA},
        "studio.tasks.tidy": {"queue": MEDIA},
        "reviews.tasks.check_candidate": {"queue": CHECKS},
        "reviews.tasks.*": {"queue": PUBLISH},
    },
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,  # only those acknowledged late: none of ours
    worker_hijack_root_logger=False,
    broker_heartbeat=10,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    beat_schedule={
        "sweep": {"task": "reviews.tasks.sweep", "schedule": 2.0, "options": {"expires": 4}},
        "settle": {"task": "reviews.tasks.settle_due_decisions", "schedule": 1.0, "options": {"expires": 2}},
        "overdue": {
            "task": "reviews.tasks.notice_missed_due_dates",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "tidy": {"task": "studio.tasks.tidy", "schedule": 3600.0, "options": {"expires": 600}},
    },
)
if settings.BROKER_URL.startswith("redis"):
    app.conf.broker_transport_options = {
        "visibility_timeout": 900,  # above the task time limit
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 200,
        "unacked_mutex_expire": 10,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "retry_on_timeout": True,
        "health_check_interval": 10,
    }
app.autodiscover_tasks(["studio", "reviews"])


@worker_init.connect
@beat_init.connect
def _refuse_unsafe_start(**_: object) -> None:
    from studio.production import refuse_unsafe_start

    refuse_unsafe_start()
