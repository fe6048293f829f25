"""What the bytes of a mail are: headers, parts, characters, pages, quoted history. Pure."""
