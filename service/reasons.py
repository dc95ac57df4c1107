"""Finer sentences for reasons that people meet: the stable reason of an error, then Chinese and English.

`service.problems` puts one of these in place of the general sentence of an error's class, where there is one. A reason
without a line here is told by the general sentence, and its code stands beside it.
"""

from service.reason_rows import of_issuing, of_log, of_publishing, of_relying

REASONS: dict[str, tuple[str, str]] = of_log.ROWS | of_issuing.ROWS | of_publishing.ROWS | of_relying.ROWS
