"""`cozviewer align`: preference alignment of the prompter."""
