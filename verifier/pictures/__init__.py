"""Pictures of the pages of sealed documents, drawn from hostile files; only ever in the process of `nursery`."""
