"""The tile pyramid: geometry, the source, the camera, what to draw, where tiles are kept.

Neither Qt nor torch is imported here.
"""
