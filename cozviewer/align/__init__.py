"""Preference alignment of the prompter: samples, rewards and comparisons of vision models.

The training itself, which needs torch, is in `cozviewer.models.align`.
"""
