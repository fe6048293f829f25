"""Reports: what is asked for, the figures and what each of them means."""
