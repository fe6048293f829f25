"""What an operator sets for mail: the server, the sender, the mailbox that is read, and what
becomes of a mail in it that was taken.
"""

import re
from typing import Self

from pydantic import field_validator, model_validator

from bot.mail.server import read_mailbox, read_sender, read_server
from bot.variables import PREFIX, SettingsGroup

_FLAG = re.compile(r"\\(?:Seen|Flagged|Answered)|[A-Za-z0-9$][A-Za-z0-9$_.-]{0,60}")


class MailSettings(SettingsGroup):
    """Addresses as text: they were read once to refuse a wrong one at the start."""

    smtp_url: str | None = None
    mail_from: str | None = None
    imap_url: str | None = None
    imap_flag: str = ""
    imap_folder: str = ""

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url(cls, value: str | None) -> str | None:
        if value is not None:
            read_server(value)
        return value

    @field_validator("imap_url")
    @classmethod
    def _imap_url(cls, value: str | None) -> str | None:
        if value is not None:
            read_mailbox(value)
        return value

    @field_validator("imap_flag")
    @classmethod
    def _imap_flag(cls, value: str) -> str:
        if value and not _FLAG.fullmatch(value):
            raise ValueError(r"must be a flag such as \Seen, \Flagged, or a word of plain letters")
        return value

    @field_validator("imap_folder")
    @classmethod
    def _imap_folder(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be the name of a folder, such as Taken")
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, value: str | None) -> str | None:
        if value is not None:
            read_sender(value)
        return value

    @model_validator(mode="after")
    def _mail_needs_a_sender(self) -> Self:
        if self.smtp_url and not self.mail_from:
            raise ValueError(
                f"{PREFIX}MAIL_FROM: needed with {PREFIX}SMTP_URL: the address that mails come from"
            )
        return self

    @model_validator(mode="after")
    def _folder_is_another(self) -> Self:
        if self.imap_url and self.imap_folder == read_mailbox(self.imap_url)[1]:
            raise ValueError(
                f"{PREFIX}IMAP_FOLDER: must be another folder than that of {PREFIX}IMAP_URL"
            )
        return self

    @property
    def sends_from(self) -> str:
        """The address that mails come from, empty where no mail is sent."""
        if not self.smtp_url or not self.mail_from:
            return ""
        _name, address = read_sender(self.mail_from)
        return address
