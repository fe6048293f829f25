-- By which rules what is owed was settled last, as a digest of what they say; where it is another one, every request is settled anew.
CREATE TABLE settled_rules (digest TEXT PRIMARY KEY);
