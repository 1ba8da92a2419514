"""The zoom chain: what must be computed for a view, and how one step computes it.

Neither Qt nor torch is imported here; models come in through `protocols`.
"""
