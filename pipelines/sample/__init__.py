"""A synthetic marketplace, written as dated deliveries: the same arguments write the same content."""

from pipelines.sample.generate import SampleReport, write_sample

__all__ = ["SampleReport", "write_sample"]
