"""restoring 恢复: backups, and what a restored database has to be told of what the public has seen."""
