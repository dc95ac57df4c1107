"""Consents to annotated copies 加注件授权: what a holder allowed the issuing body to make, and who stands for that."""
