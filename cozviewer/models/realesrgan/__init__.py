"""Real-ESRGAN, the built-in engine, and the small network for drafts."""
