"""Quality metrics of chains: how natural each picture looks, and how consistent with its parent.

`niqe` evaluates a single picture, `consistency` a picture against its parent; `metrics` lists them,
and `results` contains an evaluation. `enlarged` makes the simple enlargements with which a chain is
compared. This package does not depend on models.
"""
