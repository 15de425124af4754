"""Charts: pure functions from a frame to a Plotly figure. Colours and type come from ``style``."""
