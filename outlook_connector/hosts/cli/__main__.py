"""``python -m outlook_connector.hosts.cli``."""

from .program import main

main()
