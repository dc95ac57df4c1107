"""feeding 回告: department systems learn what happened, by asking for it or by being told."""
