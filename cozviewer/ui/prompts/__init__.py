"""The panel of prompts, and drawing a step again with another one."""
