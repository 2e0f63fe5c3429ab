"""`python -m vasari` is `vasari`."""

from vasari.cli import main

main()
