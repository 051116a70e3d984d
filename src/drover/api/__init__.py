"""The API: the routes of all capabilities in one application, behind one door."""
