"""log 存证日志: an append-only Merkle log with signed checkpoints and proofs."""
