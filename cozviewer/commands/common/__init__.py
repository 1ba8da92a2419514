"""What the commands share: options, values, progress, output files."""
