"""The two queues of the store: what came in is worked off, what is to be told is delivered."""
