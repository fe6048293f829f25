"""Mails to customers: what is about to be written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail about to be written; `purpose` names what is done when it is sent (handlers.mail.on_send).

    `record` = what it is about; `ticket` = the ticket whose number stands in the subject.
    """

    record: str
    to: str
    subject: str
    body: str
    purpose: str
    language: str
    ticket: str = ""
