"""Mails that the desk writes: drafted, shown, changed, sent, sent again."""
