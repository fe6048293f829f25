"""What records of all kinds share: changes, running numbers, and what changes are decided on."""
