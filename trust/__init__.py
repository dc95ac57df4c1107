"""trust 共同规则: what a signature means and whether it still holds.

`rules` are pure values and decisions, `formats` turn octets into values and back, `log` is the transparency
log, and the slices `certification`, `sealing` and `revocation` change and publish legal facts. Issuer and
verifier agree with each other only through this package.
"""
