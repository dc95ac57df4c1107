"""epochs 恢复期: what restores changed, on record."""
