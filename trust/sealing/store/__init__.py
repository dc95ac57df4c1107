"""The sealing slice in SQL: tables, the register of seals, applications for them, requests to seal, and limits."""
