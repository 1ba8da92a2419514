"""The Prompts panel, and regenerating a level with an edited prompt."""
