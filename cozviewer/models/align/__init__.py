"""Trains a vision-language model by GRPO with TRL, and scores its answers with another one."""
