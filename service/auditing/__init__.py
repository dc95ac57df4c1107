"""What an audit reads on this machine: a public folder, an address, the registers; and what its pages and PDF show."""
