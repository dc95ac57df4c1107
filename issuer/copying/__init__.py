"""copying 加注: copies of a licence for one purpose, one recipient and a time, each sealed and ended on its own."""
