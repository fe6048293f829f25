"""Who wrote a mail: the signature, the customers who may be meant, and what a match sets."""
