"""Where a bundle starts: the viewer and its commands, or a part of them in an own process."""

import multiprocessing
import os
import sys

if __name__ == "__main__":
    if "LD_LIBRARY_PATH_ORIG" in os.environ:  # what the bundle needs of it is loaded
        os.environ["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH_ORIG"]
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
    # The bundle's own processes set it again: without this they take it as set by this one.
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    multiprocessing.freeze_support()

    from cozviewer.util.own_process import RUN, run_module

    if sys.argv[1:2] == [RUN]:
        run_module(sys.argv[2])
    else:
        from cozviewer.cli import main

        sys.exit(main())
