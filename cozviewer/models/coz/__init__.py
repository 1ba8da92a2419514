"""The engine of the Chain-of-Zoom paper: Stable Diffusion 3 with the authors' weights."""
