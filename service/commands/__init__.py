"""The commands of `yinzheng`, one module for each thing a user comes for; `service.cli` puts them together."""
