"""Keys that are in other hands since an instant 密钥泄露: one order of work, what falls, what is made again."""
