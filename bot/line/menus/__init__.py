"""The menus below the chats of LINE: drawn, put up, and handed to people."""
