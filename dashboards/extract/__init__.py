"""An employer's extract: a file that holds its own rows alone, cut from a generation on first use."""
