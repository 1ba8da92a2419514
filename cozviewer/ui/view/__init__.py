"""The canvas: gestures, camera, tiles and drafts on screen."""
