"""`python -m cozviewer` is the command `cozviewer`."""

import sys

from cozviewer.cli import main

if __name__ == "__main__":
    sys.exit(main())
