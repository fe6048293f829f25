"""The desk's work that is due at a time. APScheduler only gives the tick; what is due stands in the
store.
"""
