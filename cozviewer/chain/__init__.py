"""The zoom chain: which tiles a view needs, and how a step generates them.

Imports neither Qt nor torch; models are passed in as the protocols of `protocols`.
"""
