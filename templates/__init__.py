"""templates 照面: licence types as bundles, fonts, seal pictures, pages; one layout drawn on PDF and on OFD."""
