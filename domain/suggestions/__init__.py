"""What an enquiry is likely about: subjects in their order, and words that speak against a
habit.
"""
