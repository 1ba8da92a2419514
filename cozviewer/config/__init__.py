"""The user's choices: engine, prompter and their settings, and their text form."""
