"""Says what stands between an organization and its evidence, and what to do about it; reads, and changes nothing."""
