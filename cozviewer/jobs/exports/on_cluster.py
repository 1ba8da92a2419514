"""How jobs of the window generate on a cluster instead of this computer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from cozviewer.chain.protocols import Notice
from cozviewer.config.choice import EngineChoice
from cozviewer.export.run import Generator

OpenCluster = Callable[[str, EngineChoice, Notice], AbstractContextManager[Generator]]
"""Takes the address of a cluster, the engine and its settings, and what receives sentences about
the cluster; returns what generates there within a block. Raises BadInput."""


@dataclass(frozen=True)
class ClusterChoice:
    """A cluster that the user has chosen for a work.

    Attributes:
        address: Its address; see `cluster.link.ClusterOptions`.
        open: Connects to it.
    """

    address: str
    open: OpenCluster
