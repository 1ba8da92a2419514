"""The options of commands that can generate on a Ray cluster."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cozviewer.util.errors import BadInput

if TYPE_CHECKING:
    from cozviewer.chain.protocols import Notice
    from cozviewer.cluster.calls import ClusterCalls
    from cozviewer.cluster.generator import ClusterGenerator
    from cozviewer.cluster.link import ClusterOptions
    from cozviewer.config.choice import EngineChoice


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a cluster."""
    group = parser.add_argument_group(
        "cluster (Ray; pip install 'cozviewer[cluster]')",
        "A Ray cluster runs the code of everyone who reaches it: it must be in a private network.",
    )
    group.add_argument(
        "--cluster",
        metavar="A",
        help="generate on a cluster: auto (the one that this computer is part of), "
        "ray://HOST:10001, local or local:N (N workers on this computer)",
    )
    group.add_argument(
        "--workers", type=_count, metavar="N", help="number of workers (default: as many as fit)"
    )
    group.add_argument(
        "--gpus-per-worker",
        type=_part,
        metavar="G",
        help="GPUs of a worker, 0.5 for two workers on each (default: 1 where there are GPUs)",
    )
    group.add_argument(
        "--cpus-per-worker",
        type=_count,
        metavar="C",
        help="cores of a worker (default: 1 beside a GPU, else those of a node, at most 8)",
    )


def cluster_options(args: argparse.Namespace) -> "ClusterOptions | None":
    """Return the options of `add_cluster_options`; None without a cluster.

    Raises:
        BadInput: The address is not understood, Ray is missing, or an option lacks --cluster.
    """
    others = (args.workers, args.gpus_per_worker, args.cpus_per_worker)
    if args.cluster is None:
        if any(other is not None for other in others):
            raise BadInput("--workers, --gpus-per-worker and --cpus-per-worker need --cluster.")
        return None
    from cozviewer.cluster.link import ClusterOptions, check_address, check_library

    check_address(args.cluster)
    check_library()
    return ClusterOptions(args.cluster, *others)


@contextmanager
def on_cluster(
    options: "ClusterOptions | None",
    choice: "EngineChoice",
    cache: Path | None,
    notice: "Notice",
) -> "Iterator[ClusterGenerator | None]":
    """Yield what generates on the cluster, and end it after the block; None without a cluster.

    Args:
        options: As `cluster_options` returned them.
        choice: The engine and its settings.
        cache: The cache folder of this computer.
        notice: Receives sentences about the cluster.
    """
    if options is None:
        yield None
        return
    from cozviewer.assembly import node_work
    from cozviewer.cluster.generator import ClusterGenerator
    from cozviewer.cluster.link import Link

    with ClusterGenerator(Link(options), node_work(choice, cache), notice) as generator:
        yield generator


@contextmanager
def calls_on_cluster(
    options: "ClusterOptions", choice: "EngineChoice", cache: Path | None, notice: "Notice"
) -> "Iterator[ClusterCalls]":
    """Yield what calls functions with the models of a choice on the cluster.

    Args:
        options, choice, cache, notice: As for `on_cluster`.
    """
    from cozviewer.assembly import make_models, node_work
    from cozviewer.cluster.calls import ClusterCalls
    from cozviewer.cluster.link import Link

    recipe = make_models(choice, cache, notice).recipe.text
    with ClusterCalls(Link(options), node_work(choice, cache), recipe, notice) as calls:
        yield calls


def cluster_report(generator: "ClusterGenerator | None") -> dict[str, Any]:
    """Return the entries about the cluster in a report for scripts."""
    return {} if generator is None else {"cluster": generator.report()}


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise BadInput(f"{text!r} must be a whole number from 1.")
    return int(text)


def _part(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 64 or (number > 1 and number % 1):
        raise BadInput(f"{text!r} must be a part of a GPU, such as 0.5, or a whole number of them.")
    return number
