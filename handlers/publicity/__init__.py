"""Publicity in the chat: logged, composed, approved, summed up."""
