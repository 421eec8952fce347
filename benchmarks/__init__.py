"""Measurements of this connector beside bare HTTP libraries and other clients of Microsoft Graph, in one run."""
