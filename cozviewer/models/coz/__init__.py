"""The engine of the paper: Stable Diffusion 3 with the authors' weights."""
