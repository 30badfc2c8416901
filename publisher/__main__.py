"""``python -m publisher`` is the command line."""

from publisher.cli import main

main()
