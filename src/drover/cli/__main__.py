"""`python -m drover.cli` is the same as `drover`."""

from drover.cli.main import main

main()
