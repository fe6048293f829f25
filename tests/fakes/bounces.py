"""Delivery reports as mail servers write them (RFC 3464), about a mail that came over the wire."""

from tests.fakes.smtp import Taken

BOUNDARY = "=_report"


def report_of(
    taken: Taken,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 no such user",
) -> bytes:
    """What the receiving server sends back to the sender of this mail."""
    head = f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: {taken.sender}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{BOUNDARY}"

This is a MIME-encapsulated message.

--{BOUNDARY}
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--{BOUNDARY}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {taken.to}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--{BOUNDARY}
Content-Type: message/rfc822

"""
    return head.replace("\n", "\r\n").encode() + taken.raw + f"\r\n--{BOUNDARY}--\r\n".encode()
