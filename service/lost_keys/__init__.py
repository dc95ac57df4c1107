"""Keys that were lost, as values and in SQL: reports, what they signed, what is to be made again. No journeys."""
