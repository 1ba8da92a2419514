"""A prompter with a vision-language model on this computer, such as Qwen2.5-VL."""
