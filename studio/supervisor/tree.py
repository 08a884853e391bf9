"""The supervisor itself: starts the parts in order, starts again what dies, stops them in order."""

import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from studio.broker import broker_answers
from studio.paths import broker_socket, runtime_folder
from studio.supervisor import commands
from studio.supervisor.broker import broker_command, find_broker
from studio.supervisor.children import Child, Nursery, how_it_ended, last_words, set_aside
from studio.supervisor.environment import child_environment, page_url
from studio.supervisor.errors import CannotStart, StopRequested
from studio.supervisor.keys import ensure_secret
from studio.supervisor.lock import StateLock
from studio.supervisor.ports import HOST, answers, choose_ports

START_SECONDS = 90.0
"""How long one part may take to answer on a slow machine."""
LOOK_SECONDS = 0.2
RESTART_SECONDS = 1.0
STOP_SECONDS = 15.0
LAST_TO_STOP = ("worker", "sandbox", "broker")
"""In this order, after everything else: work still has what it needs while it ends."""


class Supervisor:
    """One run of the tree. `say` shows a line to the person who started it."""

    def __init__(
        self, state: Path, *, queues: Sequence[str], errands: Sequence[Child], say: Callable[[str], None]
    ) -> None:
        self.state, self.queues, self.say = state, queues, say
        self.errands = list(errands)
        self.children: list[Child] = []
        self._stop = threading.Event()
        self._is_hurried = False
        self._was_killed = False

    def run(self) -> None:
        """Returns when it was asked to stop and nothing is left running. Raises CannotStart."""
        self._prepare_folders()
        lock = StateLock(self.state / "supervisor.lock")
        lock.acquire()
        try:
            self._was_killed = bool(lock.left_by)
            if lock.left_by:
                self.say(
                    f"The last run (process {lock.left_by}) was killed before it could stop; its lock is taken over."
                )
            self.page_port, self.sandbox_port = choose_ports(os.environ.get("PORT", ""))
            lock.name(page_url(self.page_port))
            self._run_tree()
        finally:
            lock.release()

    def _run_tree(self) -> None:
        ports = {"page_port": self.page_port, "sandbox_port": self.sandbox_port}
        self.nursery = Nursery(self.state / "logs", child_environment(os.environ, state=self.state, **ports))
        self._listen_for_signals()
        try:
            self._start()
            self._watch()
        except StopRequested:
            self.say("Stopping.")
        finally:
            self._stop_all()
            self.nursery.close()
        self.say("Stopped; nothing is left running.")

    def _prepare_folders(self) -> None:
        for folder in (self.state, *(self.state / name for name in ("logs", "broker", "static"))):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        runtime_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = runtime_folder().stat()
        if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
            raise CannotStart(f"{runtime_folder()} belongs to somebody else or is open to others; remove it.")
        ensure_secret(self.state, "secret_key")
        ensure_secret(self.state, "keyring")

    def _listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: object) -> None:  # noqa: ARG002 — the shape of a signal handler
        self._is_hurried = self._stop.is_set()  # asked twice: do not wait for running work
        self._stop.set()

    # --- starting

    def _start(self) -> None:
        if "BROKER_URL" not in os.environ:
            command = broker_command(find_broker(), socket=broker_socket(), folder=self.state / "broker")
            self._bring_up(Child("broker", command), lambda: broker_answers(f"redis+socket://{broker_socket()}"))
        self._run_to_end(Child("migrate", commands.manage("migrate", "--no-input", "--verbosity", "0")))
        self._run_to_end(Child("seed", commands.manage("seed_demo")))
        if self._was_killed:
            self._run_to_end(Child("reconcile", commands.manage("reconcile")))
        sandbox = commands.manage("sandbox", "--port", str(self.sandbox_port), "--state", str(self.state / "sandbox"))
        self._begin(Child("sandbox", sandbox))
        self._begin(Child("worker", commands.worker(self.queues)))
        self._begin(Child("poller", commands.poller()))
        self._begin(Child("beat", commands.beat(self.state)))
        self._bring_up(Child("web", commands.web(self.page_port)), self._page_answers)
        self._await(self._child("sandbox"), lambda: answers(self.sandbox_port))
        self.say(f"\nDailies is at {page_url(self.page_port)}/\n")
        self.say((self.state / "logs" / "seed.log").read_text())
        self.say("Press Ctrl-C to stop.\n")
        for errand in self.errands:
            self._begin(errand)

    def _begin(self, child: Child) -> None:
        set_aside(self.nursery.logs / f"{child.name}.log")
        child.process = self.nursery.start(child.name, child.command)
        self.children.append(child)

    def _bring_up(self, child: Child, is_ready: Callable[[], bool]) -> None:
        begun = time.monotonic()
        self._begin(child)
        self._await(child, is_ready)
        self._report(child, begun)

    def _run_to_end(self, child: Child) -> None:
        begun = time.monotonic()
        self._begin(child)
        self._await(child, lambda: child.process is not None and child.process.poll() == 0)
        self._bury(child)
        self._report(child, begun)

    def _await(self, child: Child, is_ready: Callable[[], bool]) -> None:
        """Raises CannotStart when the child ends, or takes too long, before it is ready."""
        patience = time.monotonic() + START_SECONDS
        while not is_ready():
            if child.is_dead and not is_ready():  # asked again: it may have ended well since
                raise CannotStart(f"{child.name} ended before it was ready: {self._last_words(child)}")
            if time.monotonic() > patience:
                raise CannotStart(f"{child.name} gave no answer for {START_SECONDS:.0f} s: {self._last_words(child)}")
            self._pause(LOOK_SECONDS / 2)

    def _last_words(self, child: Child) -> str:
        log = self.nursery.logs / f"{child.name}.log"
        return f"{last_words(log)} (the whole log: {log})"

    def _report(self, child: Child, begun: float) -> None:
        self.say(f"  {child.name:<8} {time.monotonic() - begun:4.1f} s")

    def _page_answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.page_port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    # --- watching

    def _watch(self) -> None:
        while True:
            self._pause(LOOK_SECONDS)
            for child in list(self.children):
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        if child.restart_at is not None:
            if time.monotonic() >= child.restart_at:
                child.process, child.restart_at = self.nursery.start(child.name, child.command), None
        elif child.is_dead:
            self._mourn(child)

    def _mourn(self, child: Child) -> None:
        """A dead child starts again after a second. One that ended by itself, as it may, is done."""
        assert child.process is not None
        status = child.process.returncode
        if child.is_finite and status >= 0:
            self._bury(child)
            self._finish_errand(child, status)
            return
        self.nursery.bury(child.process)
        child.restart_at = time.monotonic() + RESTART_SECONDS
        self.say(f"{child.name} ended ({how_it_ended(status)}); starting it again.")

    def _finish_errand(self, child: Child, status: int) -> None:
        if status == 0:
            self.say(child.when_done)
        else:
            self.say(f"{child.name} did not finish: {self._last_words(child)}")
        if status == 0 and child.stamp is not None:
            child.stamp.touch()

    # --- stopping

    def _stop_all(self) -> None:
        first = [child for child in self.children if child.name not in LAST_TO_STOP]
        self._stop_together(first)
        for name in LAST_TO_STOP:
            self._stop_together([child for child in self.children if child.name == name])

    def _stop_together(self, children: Iterable[Child]) -> None:
        """SIGTERM, then SIGKILL of what is left of each group."""
        running = [child for child in children if child.process is not None]
        for child in running:
            child.ask_to_end()
        patience = time.monotonic() + STOP_SECONDS
        while any(not child.is_dead for child in running) and time.monotonic() < patience and not self._is_hurried:
            time.sleep(LOOK_SECONDS / 4)
        for child in running:
            self._bury(child)

    def _bury(self, child: Child) -> None:
        assert child.process is not None
        self.nursery.bury(child.process)
        self.children.remove(child)

    def _child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StopRequested
