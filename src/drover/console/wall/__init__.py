"""The wall: all phones live in a browser, selected and driven by hand."""
