"""A prompter that runs here: Qwen2.5-VL and its like."""
