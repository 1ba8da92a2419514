"""The commands of `cozviewer`, one module each; `cli` reads their arguments."""
