"""How long a test waits for what must come."""

PATIENCE = 180.0
"""Seconds: only a failure takes as long, and on a busy machine everything may take thirty times as
long as usual."""
