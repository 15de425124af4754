"""Row-level questions that are no metric: funnels, curves, distributions, the pipeline's own records. One mart each."""
