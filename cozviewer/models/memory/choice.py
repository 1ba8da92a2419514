"""Chooses the memory plan that keeps most models loaded and fits, or explains what would fit.

Pure functions, as in `plan`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from cozviewer.config.choice import AUTO, QUANTISED, SEQUENTIAL, TOGETHER
from cozviewer.models.memory.plan import (
    CPU,
    WORKING_ORDER,
    Arrangement,
    Model,
    Plan,
    Stage,
    joined,
    spare,
)
from cozviewer.util.errors import BadInput
from cozviewer.util.translation import listed, translate
from cozviewer.util.units import gigabytes

Needs = Callable[[str], Sequence[Model]]
"""Returns the models, quantised to "", "8bit" or "nf4"."""


def best_plan(
    needs: Needs,
    *,
    place: str,
    device: str,
    memory: str,
    free: Mapping[str, int],
) -> Plan:
    """Return the first plan that fits, tried from most to least memory.

    Quantised models give different pixels, and free memory changes from day to day. So "auto"
    never quantises; its error names the mode that would fit.

    Args:
        needs: Returns the models.
        place, device, free: As in `Plan`; `free` has the device and the CPU.
        memory: One of MEMORY_MODES.

    Raises:
        BadInput: No plan fits; the message names one that would.
    """
    for plan in _candidates(needs, place, device, memory, free):
        if plan.fits:
            return plan
    others = (AUTO, *QUANTISED) if device.startswith("cuda") else (AUTO,)
    fitting = [
        other
        for other in others
        if any(found.fits for found in _candidates(needs, place, device, other, free))
    ]
    raise _refusal(plan, fitting)


def _candidates(
    needs: Needs,
    place: str,
    device: str,
    memory: str,
    free: Mapping[str, int],
) -> Iterator[Plan]:
    """Yield plans, from most to least memory."""

    def plan(arrangement: Arrangement, numbers: str, aside: bool = False) -> Plan:
        models = tuple(sorted(needs(numbers), key=lambda model: WORKING_ORDER.index(model.name)))
        stages = tuple(_stages(models, device, arrangement, aside))
        return Plan(place, device, arrangement, numbers, models, stages, free)

    own = "" if memory not in QUANTISED else memory
    if memory != SEQUENTIAL:
        together = plan("together", own)
        yield together
        if any(model.streamed for model in together.models):
            yield plan("streamed", own)
    if memory == TOGETHER:
        return
    yield plan("sequential", own)
    if device != CPU and not own:
        yield plan("sequential", own, aside=True)


def _stages(
    models: Sequence[Model], device: str, arrangement: Arrangement, aside: bool
) -> Iterator[Stage]:
    """Yield what is in memory at the same time."""
    if arrangement == "together" and models:
        names = tuple(model.name for model in models)
        yield Stage(names, device, tuple(part for model in models for part in model.parts))
        return
    staying = [model for model in models if arrangement == "streamed" and not model.streamed]
    for model in models:
        if model.streamed:
            for part in model.parts:
                parts = [part, *(other for stays in staying for other in stays.parts)]
                names = (model.name, *(stays.name for stays in staying))
                yield Stage(names, CPU if aside else device, tuple(parts))
        elif not staying:
            yield Stage((model.name,), device, model.parts)


def _refusal(plan: Plan, fitting: Sequence[str]) -> BadInput:
    """Return the error for a plan that does not fit.

    Args:
        plan: The smallest plan of the mode.
        fitting: The modes that would fit, the best one first.
    """
    device = next(device for device in plan.free if not plan.fits_on(device))
    stages = [stage for stage in plan.stages if stage.device == device] or plan.stages
    stage = max(stages, key=lambda stage: stage.need)
    if AUTO in fitting:
        advice = translate("Error", "choose the memory mode auto, which fits")
    else:
        ways = [translate("Error", "close other programs")]
        ways += [
            model.instead for model in plan.models if model.name in stage.names and model.instead
        ]
        if fitting:
            ways.append(translate("Error", "choose the memory mode {mode}").format(mode=fitting[0]))
        if device != CPU:
            ways.append(translate("Error", "choose the CPU as device"))
        last = translate("Error", "choose the engine Real-ESRGAN")
        advice = translate("Error", "{ways} or {last}").format(ways=listed(ways), last=last)
    return BadInput(
        translate(
            "Error",
            "The {names} would need {needed} of memory on the {place}, and only {free} are free, "
            "of which {spare} must stay free: {advice}.",
        ).format(
            names=joined(stage.names),
            needed=gigabytes(plan.peak(device)),
            place="CPU" if device == CPU else plan.place,
            free=gigabytes(plan.free[device]),
            spare=gigabytes(spare(device)),
            advice=advice,
        )
    )
