"""Mails and the reports of mail servers."""
