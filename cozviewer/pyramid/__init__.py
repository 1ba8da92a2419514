"""The tile pyramid: geometry, camera, drawing plan, composed views, tile store.

Imports neither Qt nor torch.
"""
