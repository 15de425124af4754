"""Drift: what came, or would be shown, differs from what came and was shown before, and somebody should say why."""
