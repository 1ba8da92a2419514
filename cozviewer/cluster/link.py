"""The connection to Ray: which cluster, how many workers, and what its errors mean.

Whoever reaches the ports of a Ray cluster can run code on it, so it must be private. `local` starts
one that is bound to 127.0.0.1 and accepts commands from this process alone; other clusters are
started by their owner, never from here (see packaging/CLUSTER.md).
"""

import logging
import os
import re
import secrets
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cozviewer.cluster.wire import packed, unpacked
from cozviewer.util.errors import BadInput, Failure, MissingLibrary
from cozviewer.util.translation import translate

LOCAL_STORE = 512 << 20
"""Bytes of the object store of a local cluster: it spills to disk beyond."""

MOST_THREADS = 8
"""Cores that a worker without a GPU gets at most, if nothing else is asked for."""

MOST_UNITS = 4
"""Units that a worker with a GPU has in hand at most: each takes about 0.5 GB of memory."""

_LOOPBACK = ("127.0.0.1", "::1")

UNITS = "units"
"""Name of the threads of a worker that draw units, if there are several."""

_LOCAL = re.compile(r"local(?::([1-9][0-9]{0,3}))?")
_CLIENT = re.compile(r"ray://[^\s/:]+(:[0-9]+)?|ray://\[[0-9a-fA-F:]+\](:[0-9]+)?")

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}

_ONLY_HERE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_worker_niceness": "0"}
"""Binds all servers to 127.0.0.1 (on every system, in spite of the name of the variable), and keeps
the priority of this process for workers, which Ray would lower by 15."""


_TOKENS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")


def ray_settings(local: bool) -> dict[str, str]:
    """Return the environment that Ray is to find when it is imported.

    Args:
        local: Whether it starts a cluster here.
    """
    settings = _QUIET | _ONLY_HERE if local else dict(_QUIET)
    if local:
        if "ray" not in sys.modules:  # it reads these once
            # Other users of this machine reach 127.0.0.1, too.
            settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    elif "RAY_AUTH_MODE" not in os.environ:
        # `ray start --head` asks for this user's token as soon as there is one; a client sends it
        # in this mode only, and its connection times out otherwise.
        kept = Path("~/.ray/auth_token").expanduser()
        if kept.is_file() or not os.environ.keys().isdisjoint(_TOKENS):
            settings["RAY_AUTH_MODE"] = "token"
    return settings


@dataclass(frozen=True)
class ClusterOptions:
    """Which cluster, and how much of it.

    Attributes:
        address: "auto" (the one that this machine is part of), "local", "local:N" or "ray://HOST:PORT".
        workers: How many workers; None is as many as fit.
        gpus_per_worker: GPUs of each, may be a fraction; None is 1 where there are GPUs.
        cpus_per_worker: Cores of each; None is a part of a node.
    """

    address: str
    workers: int | None = None
    gpus_per_worker: float | None = None
    cpus_per_worker: int | None = None

    @property
    def is_local(self) -> bool:
        """Whether the cluster is started here, for this work alone."""
        return self.address.partition(":")[0] == "local"


@dataclass(frozen=True)
class Share:
    """What each worker gets.

    Attributes:
        workers: How many there are.
        cpus: Cores of each.
        gpus: GPUs of each.
    """

    workers: int
    cpus: int
    gpus: float

    @property
    def units(self) -> int:
        """Units that a worker has in hand at a time. Beside a GPU several: one is in the network,
        while others are decoded, joined and encoded on the cores of the worker."""
        return min(self.cpus + 1, MOST_UNITS) if self.gpus else 1


def check_address(address: str) -> None:
    """Check the form of an address.

    Raises:
        BadInput: It has none of the forms in `ClusterOptions`.
    """
    if address != "auto" and not _LOCAL.fullmatch(address) and not _CLIENT.fullmatch(address):
        raise BadInput(
            translate(
                "Error",
                "The cluster address {address!r} is not understood: use auto, local, local:N or "
                "ray://HOST:10001.",
            ).format(address=address)
        )


def check_library() -> None:
    """Check that Ray is installed, without importing it.

    Raises:
        MissingLibrary: It is not.
    """
    if find_spec("ray") is None:
        raise MissingLibrary(
            translate(
                "Error",
                "Clusters are not available in this installation: generate on this computer.",
            ),
            "cluster",
        )


class Link:
    """A connection to Ray. Ray allows one in a process at a time.

    Attributes:
        options: The options.
        dashboard: The address of the dashboard; "" if there is none.
    """

    def __init__(self, options: ClusterOptions) -> None:
        """Prepare; Ray is imported by `connect`.

        Raises:
            BadInput: As `check_address` and `check_library`.
        """
        check_address(options.address)
        check_library()
        self.options = options
        self.dashboard = ""
        self._before: dict[str, str | None] = {}
        self._ray: Any = None

    @property
    def ray(self) -> Any:
        """The module."""
        assert self._ray is not None
        return self._ray

    @property
    def is_connected(self) -> bool:
        """Whether `connect` was called, and `close` was not."""
        return self._ray is not None

    def connect(self) -> None:
        """Connect.

        Raises:
            BadInput: Nothing answers at the address, or this process is connected already.
        """
        local = self.options.is_local
        settings = ray_settings(local)
        self._before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        import ray

        if ray.is_initialized():
            self._restore()
            raise BadInput(
                translate("Error", "Another work on a cluster is under way: wait for its end.")
            )
        quiet: dict[str, Any] = {
            "logging_level": logging.ERROR,
            "log_to_driver": False,
            "configure_logging": False,
        }
        try:
            with _signals_kept(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what goes wrong is raised, too
                if local:
                    context = ray.init(
                        num_cpus=self._local_workers * self._local_threads,
                        include_dashboard=False,
                        object_store_memory=LOCAL_STORE,
                        **quiet,
                    )
                else:
                    context = ray.init(address=self.options.address, **quiet)
        except Exception as error:  # Ray has several kinds
            self._restore()
            first = (str(error) or type(error).__name__).strip().splitlines()[0]
            raise BadInput(
                translate(
                    "Error",
                    "No Ray cluster answers at {address} ({reason}): start one, or check the "
                    "address.",
                ).format(address=self.options.address, reason=first)
            ) from error
        self._ray = ray
        _silence(ray)
        self.dashboard = str(getattr(context, "dashboard_url", None) or "")
        if local and any(node["NodeManagerAddress"] not in _LOOPBACK for node in ray.nodes()):
            self.close()
            raise BadInput(
                translate(
                    "Error",
                    "A local cluster cannot be started after another one was used: start "
                    "cozviewer anew.",
                )
            )

    def close(self) -> None:
        """Disconnect; a local cluster ends."""
        if self._ray is not None:
            with suppress(Exception), _signals_kept():
                self._ray.shutdown()
        self._ray = None
        self._restore()

    def share(self) -> Share:
        """Return how the cluster is divided among workers.

        Raises:
            BadInput: It has not even room for one.
        """
        options, ray = self.options, self.ray
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cores = [int(node.get("CPU", 0)) for node in nodes]
        gpus = sum(float(node.get("GPU", 0)) for node in nodes)
        each_gpu = options.gpus_per_worker
        if each_gpu is None:
            each_gpu = 1.0 if gpus else 0.0
        each_cpu = options.cpus_per_worker
        if each_cpu is None:
            if options.is_local:
                each_cpu = self._local_threads
            elif each_gpu:
                each_cpu = 1
            else:
                each_cpu = min(MOST_THREADS, max(1, min((c for c in cores if c), default=1)))
        if each_gpu:
            room = sum(
                min(
                    int(float(node.get("GPU", 0)) / each_gpu + 1e-6),
                    int(node.get("CPU", 0)) // each_cpu,
                )
                for node in nodes
            )
        else:
            room = sum(count // each_cpu for count in cores)
        if not room:
            raise BadInput(
                translate(
                    "Error",
                    "No node of the cluster has room for a worker with {cpus} cores and {gpus} "
                    "GPUs: ask for less.",
                ).format(cpus=each_cpu, gpus=f"{each_gpu:g}")
            )
        return Share(options.workers or room, each_cpu, each_gpu)

    def start_worker(self, setup: Any, share: Share) -> Any:
        """Return the handle of a new worker; it starts in the background."""
        from cozviewer.cluster.worker import UnitWorker

        several = {"concurrency_groups": {UNITS: share.units}} if share.units > 1 else {}
        actor = self.ray.remote(
            **several,
            num_cpus=share.cpus,
            num_gpus=share.gpus,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy="SPREAD",
        )(UnitWorker)
        return actor.remote(setup, _fetch)

    def draw(self, handle: Any, share: Share, task: Any, inputs: Sequence[Any]) -> list[Any]:
        """Have a worker draw a unit; return the handles of the three results."""
        several = {"concurrency_group": UNITS} if share.units > 1 else {}
        draw = handle.draw_packed.options(num_returns=3, **several)
        sent = packed(task) if task.photo.pixels is None else task  # only Ray can send a handle
        refs: list[Any] = draw.remote(sent, *inputs)
        return refs

    def put(self, value: Any) -> Any:
        """Return a handle of a bundle or a ring, as an input of units."""
        return self.ray.put(packed(value, value.size))

    def get(self, ref: Any) -> Any:
        """Return the value of a handle of `draw` or `put`; raises what Ray raises."""
        return unpacked(self.ray.get(ref))

    def is_death(self, error: BaseException) -> bool:
        """Return whether an error says that a worker or its node is gone."""
        return isinstance(error, self.ray.exceptions.RayActorError)

    def is_loss(self, error: BaseException) -> bool:
        """Return whether an error says that an object is gone with its node."""
        causes = (error, getattr(error, "cause", None))
        return any(isinstance(each, self.ray.exceptions.ObjectLostError) for each in causes)

    def is_lost(self, error: BaseException) -> bool:
        """Return whether an error, which is not about a unit, says that the cluster is gone."""
        module = type(error).__module__.partition(".")[0]
        return isinstance(error, ConnectionError) or module in ("grpc", "ray")

    def is_failure(self, error: BaseException) -> bool:
        """Return whether an error was raised by the work itself, on a worker."""
        return isinstance(error, self.ray.exceptions.RayTaskError)

    @property
    def _local_workers(self) -> int:
        found = _LOCAL.fullmatch(self.options.address)
        asked = int(found[1]) if found and found[1] else 0
        return asked or self.options.workers or _cores()

    @property
    def _local_threads(self) -> int:
        return self.options.cpus_per_worker or max(1, _cores() // self._local_workers)

    def _restore(self) -> None:
        """Put the environment back."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before = {}


class ClusterLost(Failure):
    """The head of the cluster does not answer any more."""


def _fetch(handle: Any) -> Any:
    """Return the value of a handle, on a node."""
    import ray

    return ray.get(handle)


def _silence(ray: Any) -> None:
    """Keep Ray from printing how workers ended to stdout, where the reports for scripts are; it has
    no setting for that. What matters is reported by the driver."""
    worker = getattr(getattr(ray, "_private", None), "worker", None)
    if worker is not None and hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *args, **options: None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Keep the handlers of signals, which Ray replaces by its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)
    before = [(kind, signal.getsignal(kind)) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in before:
            if signal.getsignal(kind) is not handler:
                signal.signal(kind, handler)
