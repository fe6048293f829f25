"""Staff in the chat: accounts, roles, teams, groups, the audit log."""
