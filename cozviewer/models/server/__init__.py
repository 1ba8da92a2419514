"""A prompter behind an OpenAI-compatible server."""
