"""The metrics: worked cases, corrections, merging, and figures against plain arithmetic."""
