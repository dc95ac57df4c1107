"""The routes of seals: who may see what, the register, a seal's life, requests to seal, and sealing a document."""
