"""The service of uiautomator2's u2.jar, as its Python client speaks it: HTTP and JSON-RPC on a port of the phone."""
