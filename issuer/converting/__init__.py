"""converting 存量转换: a paper licence becomes an electronic one, after two people have compared it."""
