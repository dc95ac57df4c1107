"""Electronic seals in OFD files: values, writer, sealing, and the strict examination."""
