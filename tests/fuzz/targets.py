"""All targets by name; each is imported when it is first used, as some need torch."""

from importlib import import_module

from tests.fuzz.target import Target

PLACES = {
    "images": "images",
    "sessions": "stored",
    "stores": "stored",
    "models": "weights",
    "metadata": "metadata",
    "settings": "settings",
    "servers": "servers",
}
"""The module of each target."""

FAULTY = "faulty"
"""A target with every fault, to test the runner."""


def target(name: str) -> Target:
    """Return a target."""
    module = import_module(f"tests.fuzz.{PLACES.get(name, name)}")
    found: Target = getattr(module, name)()
    return found
