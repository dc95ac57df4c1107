"""verifier 核验: numbered steps over a file, a code or a number. It holds no pen."""
