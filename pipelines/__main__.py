"""``python -m pipelines`` is the command ``throughline``."""

from pipelines.cli import main

main()
