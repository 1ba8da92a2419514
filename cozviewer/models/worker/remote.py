"""Models in another process, as the chain uses models: see `chain.protocols`.

What is known without loading anything comes from a model that is constructed here, which is cheap,
and never loaded.
"""

import itertools
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cozviewer.chain.protocols import Notice, Progressed, Prompter, Upscaler, ignore
from cozviewer.chain.trust.findings import Find, Finding
from cozviewer.config.choice import EngineChoice, PrompterChoice
from cozviewer.image.pixels import Rgb8, RgbFloat
from cozviewer.image.rect import Rect
from cozviewer.models.context import ModelContext
from cozviewer.models.detectors import NEEDED
from cozviewer.models.memory.manager import MemoryManager
from cozviewer.models.worker.client import Listener, ModelProcess, Request
from cozviewer.models.worker.specs import (
    DETECTION,
    DRAFTS,
    STEPS,
    Spec,
    draft_spec,
    prompter_spec,
    upscaler_spec,
)
from cozviewer.pyramid.geometry import STEP_SCALE
from cozviewer.util.cancel import IsCancelled, never
from cozviewer.util.errors import Failure
from cozviewer.util.translation import translate

VARIABLE = "COZVIEWER_ENGINE_PROCESS"
"""Set to 0, models run on threads of the window."""


class RemoteModels:
    """Makes models that run in processes of their own: the engines, the prompters and the network
    for drafts in one, so that they share memory and libraries; the detectors in another, so that a
    crash of theirs takes no engine with it. Any thread."""

    def __init__(
        self, models: ModelProcess | None = None, detection: ModelProcess | None = None
    ) -> None:
        """Prepare; no process is started before a model is used.

        Args:
            models, detection: The processes; None is `server` for each.
        """
        self._models = models or ModelProcess()
        self._detection = detection or ModelProcess()
        self._contexts: WeakKeyDictionary[MemoryManager, int] = WeakKeyDictionary()
        self._next_context = itertools.count(1)
        self._devices: Sequence[str] = ("cpu",)
        self._numbers: Mapping[str, Sequence[str]] = {}

    def upscaler(self, local: Upscaler, choice: EngineChoice, context: ModelContext) -> Upscaler:
        """Return an engine; `local` itself if it only interpolates, which cannot crash.

        Args:
            local: The same engine here; it is never loaded.
            choice, context: What it was made from.
        """
        if not local.generative:
            return local
        spec = {**upscaler_spec(choice, context), "context": self._number_of(context)}
        return RemoteUpscaler(local, _Remote(self._models, local.name, spec, STEPS, context))

    def prompter(self, local: Prompter, choice: PrompterChoice, context: ModelContext) -> Prompter:
        """Return a prompter.

        Args:
            local: The same prompter here; it is never loaded.
            choice, context: What it was made from.
        """
        spec = {**prompter_spec(choice, context), "context": self._number_of(context)}
        return RemotePrompter(local, _Remote(self._models, local.name, spec, STEPS, context))

    def drafts(self, local: Upscaler, cache_dir: Path | None, notice: Notice) -> Upscaler:
        """Return the network for drafts. Of those none is repeated after a crash.

        Args:
            local: The same network here; it is never loaded.
            cache_dir: See `compact`.
            notice: Receives sentences about trouble.
        """
        context = ModelContext("cpu", cache_dir=cache_dir, notice=notice)
        spec = {**draft_spec(cache_dir), "context": self._number_of(context)}
        remote = _Remote(self._models, local.name, spec, DRAFTS, context, retries=0)
        return RemoteUpscaler(local, remote)

    def detector(self) -> Find | None:
        """Return the detector of text and faces; None if the extra `detect` is not installed."""
        if not all(find_spec(name) for name in NEEDED):
            return None
        return RemoteFind(self._detection)

    def devices(self) -> Sequence[str]:
        """Return the names of the available devices; only the CPU until the process runs.
        Slow."""
        if self._models.pid is not None:
            request = Request("cozviewer", {"do": "devices", "lane": STEPS}, retries=0)
            with suppress(Failure):  # the process ended, which the next step reports
                header = self._models.call(request).header
                self._devices, self._numbers = header["devices"], header["numbers"]
        return self._devices

    def numbers(self, device: str) -> Sequence[str]:
        """Return the number formats of a device; none until `devices` has returned them. Quick."""
        return self._numbers.get(device, ())

    def close(self) -> None:
        """End the processes, within two seconds; calls raise `Cancelled`."""
        self._models.close()
        self._detection.close()

    def _number_of(self, context: ModelContext) -> int:
        """Return the id of a context in the other process: models of one context share memory."""
        manager = context.memory_manager
        if manager not in self._contexts:
            self._contexts[manager] = next(self._next_context)
        return self._contexts[manager]


class RemoteUpscaler:
    """An `Upscaler` in another process."""

    def __init__(self, local: Upscaler, remote: "_Remote") -> None:
        """Combine what is known here with the model there."""
        self._local, self._remote = local, remote
        self._device = ""

    @property
    def name(self) -> str:
        return self._local.name

    @property
    def halo(self) -> int:
        return self._local.halo

    @property
    def generative(self) -> bool:
        return self._local.generative

    @property
    def accepts_prompt(self) -> bool:
        return self._local.accepts_prompt

    @property
    def identity(self) -> Mapping[str, str]:
        return self._local.identity

    @property
    def device(self) -> str:
        return self._device

    def load(self, cancelled: IsCancelled = never) -> None:
        header, _ = self._remote.call({"do": "load"}, (), cancelled)
        self._device = str(header["device"])

    def upscale(
        self,
        rgb: Rgb8 | RgbFloat,
        prompt: str,
        seed: int,
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> RgbFloat:
        request = {"do": "upscale", "prompt": prompt, "seed": seed}
        header, arrays = self._remote.call(request, [rgb], cancelled, progressed)
        self._device = str(header["device"])
        height, width = rgb.shape[:2]
        shape = (height * STEP_SCALE, width * STEP_SCALE, 3)
        if [(each.shape, each.dtype) for each in arrays] != [(shape, np.float32)]:
            raise Failure(
                translate(
                    "Error",
                    "{name} returned an image of the wrong size: choose another engine.",
                ).format(name=self.name)
            )
        fine: RgbFloat = arrays[0]
        return fine


class RemotePrompter:
    """A `Prompter` in another process."""

    def __init__(self, local: Prompter, remote: "_Remote") -> None:
        """Combine what is known here with the model there."""
        self._local, self._remote = local, remote

    @property
    def name(self) -> str:
        return self._local.name

    @property
    def identity(self) -> Mapping[str, str]:
        return self._local.identity

    def prompt(self, previous: Rgb8 | None, crop: Rgb8, cancelled: IsCancelled) -> str:
        views = [crop] if previous is None else [previous, crop]
        header, _ = self._remote.call({"do": "prompt"}, views, cancelled)
        return str(header["text"])


class RemoteFind:
    """The detector of text and faces in another process; a `Find`."""

    def __init__(self, process: ModelProcess) -> None:
        """Call the detector of a process."""
        self._process = process

    def __call__(self, rgb: Rgb8) -> Sequence[Finding]:
        title = translate("Error", "The detection of text and faces")
        request = Request(title, {"do": "find", "lane": DETECTION}, [rgb])
        found = self._process.call(request).header["found"]
        return [Finding(kind, Rect(*map(int, box))) for kind, *box in found]


class _Remote:
    """One model of the process, which drops it when this is gone."""

    _next_number = itertools.count(1)

    def __init__(
        self,
        process: ModelProcess,
        title: str,
        spec: Spec,
        lane: str,
        context: ModelContext,
        retries: int = 1,
    ) -> None:
        self._process, self._title, self._context = process, title, context
        self._retries = retries
        number = next(self._next_number)
        self._address: Mapping[str, Any] = {"model": number, "spec": spec, "lane": lane}
        weakref.finalize(self, process.forget, number).atexit = False

    def call(
        self,
        request: Mapping[str, Any],
        arrays: Sequence[Any],
        cancelled: IsCancelled,
        progressed: Progressed = ignore,
    ) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """Return the answer of the model."""
        context = self._context
        frame = self._process.call(
            Request(self._title, {**request, **self._address}, arrays, self._retries),
            cancelled,
            Listener(progressed, context.notice, context.on_plan),
        )
        return frame.header, frame.arrays


def remote_models(make: Callable[[], RemoteModels] = RemoteModels) -> RemoteModels | None:
    """Return what makes models in processes of their own; None if the user turned that off."""
    return None if os.environ.get(VARIABLE, "").strip() == "0" else make()
