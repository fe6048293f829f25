"""How much of a mail is read: whatever a stranger sends, it takes a known time and known memory."""

RAW = 50_000_000
"""Bytes of a mail: twice what mail servers take. The rest is cut."""
HEADERS = 1_000
"""Header lines of a mail or a part; real ones have at most a hundred."""
HEADER = 20_000
"""Bytes of one header: six hundred recipients."""
PARTS = 5_000
"""Parts of a mail, in all: more than a person attaches, few enough to be looked at each."""
DEPTH = 60
"""Parts within parts; real mails have ten. What is deeper stays one file."""
FORWARDS = 20
"""Mails within mails: each is a call within a call."""
ENVELOPES = 3
"""Signatures that envelop their text and Outlook's envelopes that are opened: one may stand within
another, and what is packed in them takes its time.
"""
ATTACHMENTS = 250
"""Files of a mail that are handed on; a thousand pictures would be a list that nobody reads."""
TEXT = 200_000
"""Characters of a mail's own words, and as many of its history: a hundred pages."""
PAGES = 1_500_000
"""Characters of HTML that are read of a mail, pictures within it aside: the longest newsletters
have half of it.
"""
TAGS = 150_000
"""Tags of a page and texts between them: a table of ten thousand rows."""
MARKS = 30
"""Marks on one letter (Unicode's own limit for streams): to set more in order takes quadratic
time.
"""
ADDRESSES = 1_000
"""Addresses of one header."""
IDS = 100
"""Message ids of References: a long conversation's last ones."""
