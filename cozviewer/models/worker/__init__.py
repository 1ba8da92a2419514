"""Models in a separate process, for the window.

A crash in a library, or an end by the system because memory ran out, then ends that process and not
the window:

    app -> remote          the chain's protocols; what is known without loading is known here
        -> client          one call after another; starts the process, and again after a crash
        -> running         one run of the process: its pipes, and why it ended
        -> frames          what passes through the pipes: JSON and pixels, nothing that runs
    server                 the process: models, loaded as in-process, one call at a time in a lane
        -> specs, errors   settings and exceptions as JSON
"""
