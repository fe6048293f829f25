"""What the desk says: commands, forms and words. Takes an Incoming, returns a Reply, never
sends.
"""
