"""Background jobs of the window: each is a QObject on its own QThread.

A job is sent a frozen request and answers by signals; stale answers carry the request, so that the
receiver can drop them. Jobs are stopped by a `threading.Event` in the request, which they look at
between small pieces of work (a queued slot would come too late).
"""
