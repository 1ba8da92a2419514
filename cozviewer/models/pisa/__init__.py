"""The engine "pisa": PiSA-SR, Stable Diffusion 2.1 in one step, with two adjustable strengths."""
