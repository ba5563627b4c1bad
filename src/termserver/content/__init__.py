"""The committee's folders: read, checked, written."""
