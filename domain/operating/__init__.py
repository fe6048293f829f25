"""The office's rules for whoever operates the desk."""
