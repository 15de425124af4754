"""One statement of an analyst: what is refused, what it may take, how it runs apart, what its errors mean."""
