"""keys 密码与密钥: SM2 signatures, SM3 digests, SM4, and the custody of private keys.

Knows nothing of licences or seals. Everything above reaches a private key only as a `Signer`
(`keys.signer`) or as a key reference text such as `file:seal-maker` (`keys.custody`).
"""
