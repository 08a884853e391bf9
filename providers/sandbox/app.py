"""The sandbox as one ASGI application: the protocols under their prefixes, and a door for tests under `/_sandbox`."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from providers.sandbox import examiner
from providers.sandbox.desk import FrontDesk
from providers.sandbox.google import GoogleServer
from providers.sandbox.kling import KlingServer
from providers.sandbox.listeners import Listeners
from providers.sandbox.openai_videos import VideosServer
from providers.sandbox.runway import RunwayServer
from providers.sandbox.runway_media import Uploads
from providers.sandbox.runway_store import FileStore
from providers.sandbox.scenarios import Scenario, as_text
from providers.sandbox.store import Job, Store
from providers.sandbox.vanishing import PREFIXES, WAYS, Vanished, VanishingProtocols
from providers.sandbox.workshop import Workshop

PACE_SECONDS = 1.5
MOST_PLANNED = 10_000


class ControlDoor:
    """Reads the ledger and plans scenarios; the sandbox's own, no vendor has it."""

    def __init__(self, store: Store, vanished: Vanished, listeners: Listeners) -> None:
        self._store, self._vanished, self._listeners = store, vanished, listeners

    def routes(self) -> list[Route]:
        return [
            Route("/ledger", self.ledger, methods=["GET"]),
            Route("/scenarios", self.planned, methods=["GET"]),
            Route("/scenarios", self.plan, methods=["POST"]),
            Route("/scenarios", self.forget, methods=["DELETE"]),
            Route("/vanish", self.vanish, methods=["POST"]),
            Route("/webhooks", self.register, methods=["POST"]),
            Route("/health", self.health, methods=["GET"]),
        ]

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ledger(self, _: Request) -> Response:
        jobs = self._store.ledger()
        total = sum((job.cost for job in jobs), start=0)
        return JSONResponse({"jobs": [_entry(job) for job in jobs], "count": len(jobs), "total_usd": f"{total:.4f}"})

    async def planned(self, _: Request) -> Response:
        return JSONResponse({"planned": [{"scenario": one, "times": times} for one, times in self._store.planned()]})

    async def plan(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
            scenario, times = Scenario(body["scenario"]), int(body.get("times", 1))
        except (ValueError, TypeError, KeyError, AttributeError):
            names = ", ".join(Scenario)
            return JSONResponse({"error": f'Send {{"scenario": …, "times": 1}}; scenarios are {names}.'}, 400)
        self._store.plan(scenario, max(1, min(MOST_PLANNED, times)))
        return await self.planned(request)

    async def forget(self, _: Request) -> Response:
        self._store.forget_plans()
        return await self.planned(_)

    async def vanish(self, request: Request) -> Response:
        """Takes a whole protocol away, or brings it back."""
        try:
            body = json.loads(await request.body())
            self._vanished.set(body["protocol"], gone=bool(body.get("gone", True)), way=body.get("way", WAYS[0]))
        except (ValueError, TypeError, KeyError, AttributeError):
            names, ways = ", ".join(PREFIXES), ", ".join(WAYS)
            said = f'Send {{"protocol": …, "gone": true, "way": …}}; protocols are {names}, ways {ways}.'
            return JSONResponse({"error": said}, 400)
        return JSONResponse({"gone": self._vanished.gone()})

    async def register(self, request: Request) -> Response:
        """Where a protocol's signed webhooks go from now on; an empty address ends them."""
        try:
            body = json.loads(await request.body())
            protocol, url, secret = (str(body[name]) for name in ("protocol", "url", "secret"))
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": 'Send {"protocol": …, "url": …, "secret": …}.'}, 400)
        self._listeners.register(protocol, url, secret)
        return JSONResponse({"protocol": protocol, "url": url})


def _entry(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "protocol": job.protocol,
        "client_id": job.client_id,
        "model": job.order.model,
        "prompt": job.prompt,
        "size": f"{job.order.width}x{job.order.height}",
        "seconds": job.order.seconds,
        "seed": job.order.seed,
        "cost_usd": str(job.cost),
        "scenarios": as_text(job.order.scenarios),
        "accepted_at": job.created_at,
        "completed_at": job.completed_at,
        "deleted": job.deleted_at is not None,
    }


def sandbox_app(state: Path, *, pace_seconds: float = PACE_SECONDS, draft: bool = False) -> Starlette:
    """The application over the folder `state`, which holds `sandbox.sqlite3` and the clips; `pace_seconds` a job."""
    store = Store(state / "sandbox.sqlite3")
    workshop = Workshop(state / "clips", done=lambda job_id: store.complete(job_id, time.time()), draft=draft)
    vanished, listeners = Vanished(), Listeners()
    videos = VideosServer(FrontDesk("openai_videos", store, workshop, pace_seconds), listeners)
    runway_desk = FrontDesk("runway", store, workshop, pace_seconds)
    runway = RunwayServer(runway_desk, FileStore(runway_desk, Uploads(state / "runway-uploads")))
    google = GoogleServer(FrontDesk("google", store, workshop, pace_seconds))
    kling = KlingServer(FrontDesk("kling", store, workshop, pace_seconds))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await videos.messenger.close()
        await google.hooks.close()
        await kling.messenger.close()
        await workshop.close()
        store.close()

    mounts = [
        Mount("/openai/v1", routes=videos.routes()),
        Mount("/runway", routes=runway.routes()),
        Mount("/google", routes=google.routes()),
        Mount("/kling", routes=kling.routes()),
        Mount("/examiner/v1", routes=examiner.routes()),
        Mount("/_sandbox", routes=ControlDoor(store, vanished, listeners).routes()),
    ]
    curtain = Middleware(VanishingProtocols, vanished=vanished)
    return Starlette(routes=mounts, lifespan=lifespan, middleware=[curtain])
