"""A cluster of workers in this process: what Ray does, at once and on demand wrongly."""

import inspect
import pickle
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from cozviewer.cluster.link import ClusterOptions, Link, Share
from cozviewer.cluster.worker import UnitWorker


class ActorGoneError(Exception):
    """A worker has ended."""


class LostError(Exception):
    """An object went with its node."""


class TaskError(Exception):
    """A worker raised an error.

    Attributes:
        cause: The error.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class HeadGoneError(ConnectionError):
    """The head does not answer."""


class Ref:
    """A handle of a value or an error."""

    def __init__(self, value: Any = None, error: Exception | None = None) -> None:
        self.value, self.error = value, error


class Ray:
    """Takes the place of the module.

    Attributes:
        waits: How often answers were waited for.
        fail_wait: Called with that number; may raise.
        fail_get: Called with each handle; may raise.
        fail_call: Called with the name of each method of a worker and its arguments; may raise.
    """

    exceptions = SimpleNamespace(
        RayActorError=ActorGoneError, ObjectLostError=LostError, RayTaskError=TaskError
    )

    def __init__(self) -> None:
        self.waits = 0
        self.fail_wait: Callable[[int], None] = lambda number: None
        self.fail_get: Callable[[Ref], None] = lambda ref: None
        self.fail_call: Callable[[str, tuple[Any, ...]], None] = lambda name, args: None

    def put(self, value: Any) -> Ref:
        return Ref(value)

    def get(self, ref: Ref) -> Any:
        self.fail_get(ref)
        if ref.error is not None:
            raise ref.error
        return ref.value

    def wait(
        self, refs: Sequence[Ref], num_returns: int = 1, timeout: float = 0
    ) -> tuple[list[Ref], list[Ref]]:
        self.waits += 1
        self.fail_wait(self.waits)
        return list(refs[:num_returns]), list(refs[num_returns:])

    def kill(self, handle: "Actor", no_restart: bool = True) -> None:
        handle.gone = True


class Actor:
    """A worker; its arguments and results travel as pickles."""

    def __init__(self, ray: Ray, worker: UnitWorker) -> None:
        self._ray, self._worker = ray, worker
        self.gone = False

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace(remote=lambda *args: self.called(name, args, 1)[0])

    def called(self, name: str, args: tuple[Any, ...], count: int) -> list[Ref]:
        """Call a method; return handles of its results."""
        try:
            self._ray.fail_call(name, args)
            if self.gone:
                raise ActorGoneError("it has ended")
            values = [arg.value if isinstance(arg, Ref) else arg for arg in args]
            method = getattr(self._worker, name)
            inspect.signature(method).bind(*values)
            result = method(*pickle.loads(pickle.dumps(values)))
        except ActorGoneError as error:
            self.gone = True
            return [Ref(error=error)] * count
        except Exception as error:
            return [Ref(error=TaskError(error))] * count
        return [Ref(result)] if count == 1 else [Ref(each) for each in result]


class InProcess(Link):
    """A link to workers in this process.

    Attributes:
        module: What takes the place of Ray; kept over connections.
        connections: How often it was connected.
    """

    def __init__(self, options: ClusterOptions) -> None:
        super().__init__(options)
        self.module = Ray()
        self.connections = 0

    def connect(self) -> None:
        self.connections += 1
        self._ray = self.module
        self.dashboard = "127.0.0.1:8265"

    def close(self) -> None:
        self._ray = None

    def share(self) -> Share:
        return Share(self.options.workers or 2, 1, 0)

    def start_worker(self, setup: Any, share: Share) -> Any:
        return Actor(self.module, UnitWorker(setup, lambda ref: ref.value))

    def draw(self, handle: Any, share: Share, task: Any, inputs: Sequence[Any]) -> list[Any]:
        refs: list[Any] = handle.called("draw", (task, *inputs), 3)
        return refs

    def put(self, value: Any) -> Any:
        return self.module.put(value)

    def get(self, ref: Any) -> Any:
        return self.module.get(ref)
