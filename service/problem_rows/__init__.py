"""What people are told of each error: the rows of the table in `service.problems`, by package."""
