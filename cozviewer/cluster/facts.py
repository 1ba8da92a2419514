"""What nodes say about themselves before they work, and how they may differ."""

import platform
import socket
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from cozviewer import __version__
from cozviewer.util.translation import translate

COMPARED = ("torch", "openvino", "numpy", "ray")
"""Packages whose versions may change the pixels, or the way to the node."""


@dataclass(frozen=True)
class NodeFacts:
    """What a node says about itself before it works.

    Attributes:
        node: Its name.
        python: Version of Python, major and minor.
        versions: Versions of cozviewer and of the packages in COMPARED; "" where one is missing.
    """

    node: str
    python: str
    versions: tuple[tuple[str, str], ...]


def node_facts() -> NodeFacts:
    """Return the facts of this node, without importing anything heavy."""
    found = [("cozviewer", __version__)]
    for package in COMPARED:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            found.append((package, ""))
    python = ".".join(platform.python_version_tuple()[:2])
    return NodeFacts(socket.gethostname(), python, tuple(found))


def difference(driver: NodeFacts, node: NodeFacts) -> str:
    """Return a sentence about the first difference in versions; "" if there is none."""
    pairs = [("Python", driver.python, node.python)]
    there = dict(node.versions)
    pairs += [(name, here, there.get(name, "")) for name, here in driver.versions]
    for name, here, other in pairs:
        if here != other:
            missing = translate("Error", "(not installed)")
            return translate(
                "Error",
                "Node {node} has {name} {there}, this computer {here}: install the same version on "
                "all.",
            ).format(node=node.node, name=name, there=other or missing, here=here or missing)
    return ""
