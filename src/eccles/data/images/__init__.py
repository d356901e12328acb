"""Images: as spikes by a latency code, and as they are."""
