"""The dashboards: they read the published file, and nothing else of the project."""
