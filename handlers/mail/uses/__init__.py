"""What officers make of mails that came in: thanks, proofs, two tickets, counts, one of several."""
