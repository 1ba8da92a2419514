"""Preference alignment of the prompter: what a vision-language model is trained on and judged by.

The training itself, which needs torch, is in `cozviewer.models.align`.
"""
