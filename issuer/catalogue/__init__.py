"""The catalogue: licence types as signed entries with a life of their own, and the mandates to issue them."""
