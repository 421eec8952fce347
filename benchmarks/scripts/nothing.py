"""Python alone."""
