"""The console: a web page for people, on the same services as the API."""
