"""What a mail says: tickets that it names, thanks, what it brings, numbers of users. Pure."""
