"""batches 批量签发: many applications of one type in one table, approved once and issued chunk by chunk."""
