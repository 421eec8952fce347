"""``python -m outlook_connector.hosts.cli``."""

from . import main

main()
