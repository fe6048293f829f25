"""Reports as files: workbooks, and pages for the office's files."""
