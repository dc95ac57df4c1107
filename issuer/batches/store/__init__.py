"""Batches in SQL: tables `batch`, `batch_row` and `batch_step`; steps are only ever added.

Rows are leased: a worker takes some under its name until an instant, and when it is killed the lease runs out and
another takes them. On PostgreSQL leased rows are skipped while they are locked, on SQLite writers wait for each other.
That a row is done is stored in the transaction that releases its licence, so neither is ever without the other. The
members of a row are personal data and stand in one column of one table.
"""

from issuer.batches.store.book import SqlBatches

__all__ = ["SqlBatches"]
