"""The catalogue in SQL: versions with their events and signed editions, mandates with their requests, counts."""
