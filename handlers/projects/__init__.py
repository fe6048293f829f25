"""Projects of the office and their years as fields, and changes in words."""
