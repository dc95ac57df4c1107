"""sealing 用印: making seals, the seal register, sealing documents, and the record of every use."""
