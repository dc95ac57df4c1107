"""issuer 签发: allot, plan, draw, seal, log and release licences. It holds the pen and never verifies for others."""
