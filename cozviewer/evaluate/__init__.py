"""Quality metrics of chains: how natural each image looks, and how consistent with its parent.

`niqe` evaluates a single image, `consistency` an image against its parent; `metrics` lists them,
and `results` contains an evaluation. `enlarged` makes the simple enlargements with which a chain is
compared. This package does not depend on models.
"""
