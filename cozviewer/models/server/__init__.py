"""A prompter with a vision model on an OpenAI-compatible server."""
