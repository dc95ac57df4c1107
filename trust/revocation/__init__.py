"""revocation 状态变更: legal acts on licences, their standing at any instant, and the published status lists."""
