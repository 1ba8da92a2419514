"""Figures about chains: how natural each picture looks, and how true it is to its parent.

`niqe` looks at a picture alone, `truth` at a picture and its parent; `metrics` lists them with
what is said about them, and `results` holds what was found. `enlarged` makes the simple
enlargements that a chain is compared with. Neither chains, models nor files are known here.
"""
