"""What a person chose: engine, prompter, their options, and how these are kept as text."""
