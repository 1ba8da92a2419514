"""Writes the manual page of the command line, from the same texts as `--help`.

Run it in the project's folder: `.venv/bin/python packaging/manual.py FILE`.
"""

import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage

from cozviewer import __version__
from cozviewer.cli import whole_parser


def manual() -> str:
    """Return the page in roff, section 1."""
    parser = whole_parser()
    return str(
        Manpage(
            parser,
            _data={
                "project_name": "cozviewer",
                "version": __version__,
                "manual_section": 1,
                "manual_title": "User commands",
                "long_description": parser.description,
                "url": "",
            },
        )
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), "utf-8")
