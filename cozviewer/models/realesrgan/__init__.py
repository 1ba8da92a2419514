"""Real-ESRGAN, the embedded engine, and the small network that draws drafts."""
