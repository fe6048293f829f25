"""A desk's rows, taken out of one database and laid into another, on either engine."""
