"""The command `vasari`."""

from vasari.cli.app import main

__all__ = ["main"]
