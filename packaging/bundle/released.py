"""What is published beside a bundle: checksums, and a software bill of materials."""

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path


def write_bill(python: Path, path: Path) -> Path:
    """Write which packages an environment has, in which versions and under which licences, as
    CycloneDX; return the path."""
    command = [str(python), "-m", "cyclonedx_py", "environment", str(python), "-o", str(path)]
    subprocess.run([*command, "--of", "JSON", "--output-reproducible"], check=True)
    return path


def write_sums(folder: Path, files: Sequence[Path]) -> None:
    """Write SHA256SUMS of a folder, for `sha256sum --check`; other lines in it stay."""
    sums = folder / "SHA256SUMS"
    lines = sums.read_text("utf-8").splitlines() if sums.exists() else []
    known = {line.partition("  ")[2]: line for line in lines}
    for path in files:
        with path.open("rb") as file:
            known[path.name] = f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}"
    sums.write_text("".join(f"{known[name]}\n" for name in sorted(known)), "utf-8")
