"""pytest plugin: sandbox fixtures for contract tests."""
