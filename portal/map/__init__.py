"""The map that drivers see: page, data, panel."""
