"""Generates whole levels on many machines, through Ray.

    export/run -> generator      what is missing (chain/planned), as units with their dependencies
    -> schedule                  which unit is drawn next, and again after a failure; without Ray
    -> driver                    sends units to workers, and collects what they drew
       -> worker (on a node)     draws a unit with a model that stays loaded
    -> writer                    the one thread that writes tiles to the store

A unit is one run of a level (see `chain.runs`). It needs the tiles of its own parents and the rings
of the runs that it continues (see `chain.joining`), and waits for nothing else, so there is no
barrier between levels. What a unit draws depends on these alone and not on time or place; the tiles
are those that one process makes. Ray is imported only where a cluster is used.
"""
