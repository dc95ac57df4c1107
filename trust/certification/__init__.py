"""certification 数字证书: the embedded CA, its certificates and revocation lists, and the signed trust list."""
