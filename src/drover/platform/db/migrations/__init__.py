"""The revisions of the schema. They are appended and never changed once released; there is no way back."""
