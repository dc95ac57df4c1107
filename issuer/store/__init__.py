"""The register of licences in SQL: table `licence`, and `licence_holder` from keyed holder digest to licence.

The licence document is personal data and stands in one column of one table; the holder index carries only a keyed
digest. Rows are never deleted, and `identifier` and `key` are unique for ever, so a number given out once is not given
out again. `claim` is the number on the face, in the form in which numbers are compared, where a licence is the first to
bear it: successors of the same serial keep the number and claim none, so that a number belongs to one licence and its
versions for ever. What was given up before its release (`void_at`) follows nothing any more, and keeps its number from
all but its holders. A licence has at most one successor. Trust: who can write these tables can hide licences but cannot
make one pass: seals, status lists and log are checked by the verifier on their own.
"""

from issuer.store.moves import release_in, void_in
from issuer.store.register import SqlRegister
from issuer.store.tables import holder, licence

__all__ = ["SqlRegister", "holder", "licence", "release_in", "void_in"]
