"""The operation trail 操作留痕: who did or looked at what, and why; chained by hashes and committed to the log."""
