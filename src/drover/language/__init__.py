"""The one small language: one grammar, one parser with exact positions in its errors, pure rendering."""
