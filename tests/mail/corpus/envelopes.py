"""Mails within envelopes: Outlook's winmail.dat, and S/MIME that signs its text by enveloping it."""

import struct

from tests.mail.corpus.making import Case, file_part, several, text_part, with_head

PLAIN = "ขอข้อมูลประชากร"
RTF = (
    rb"{\rtf1\ansi\ansicpg874\fromtext{\fonttbl{\f0\fnil\fcharset222 Tahoma;}}{\*\htmltag64 <p>}"
    rb"\f0\fs20 \'a2\'cd \uc1\u3586?\u3657?\u3629?\u3617?\u3641?\u3621?\par {\b 2566}\tab ok}"
)
RTF_TEXT = "ขอ ข้อมูล\n2566\tok"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def attribute(level: int, kind: int, value: bytes) -> bytes:
    checksum = sum(value) % 65_536
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", checksum)


def prop(kind: int, number: int, value: bytes) -> bytes:
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("<HHII", kind, number, 1, len(value)) + value + padding


def props(*values: bytes) -> bytes:
    return struct.pack("<I", len(values)) + b"".join(values)


def tnef(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def packed(rtf: bytes) -> bytes:
    """As Outlook packs it, with nothing found again: each letter for itself."""
    runs = [b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8)]
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x75465A4C, 0) + b"".join(runs)


def tnef_file(name: str, content: bytes) -> bytes:
    named = prop(0x1F, 0x3707, f"{name}\0".encode("utf-16-le"))
    fixed = struct.pack("<HHi", 0x03, 0x3705, 1)
    return (
        attribute(2, 0x00069002, b"\0" * 14)
        + attribute(2, 0x00018010, b"SHORT~1.PNG\0")
        + attribute(2, 0x0006800F, content)
        + attribute(2, 0x00069005, props(fixed, named))
    )


def outlook(envelope: bytes, text: str | None = None) -> bytes:
    parts = [] if text is None else [text_part(text)]
    file = file_part(envelope, "application/ms-tnef", "attachment; filename=winmail.dat")
    return with_head(several("mixed", *parts, file))


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 + len(length))) + length + body


OID_SIGNED, OID_DATA = (bytes.fromhex(f"06092a864886f70d01070{last}") for last in (2, 1))
SIGNERS = der(0x31, b"")


def signed(content: bytes) -> bytes:
    """One length for each element, as most programs write it."""
    inner = der(0x30, OID_DATA, der(0xA0, der(0x04, content)))
    data = der(0x30, b"\x02\x01\x01", der(0x31, b""), inner, SIGNERS)
    return der(0x30, OID_SIGNED, der(0xA0, data))


def signed_in_pieces(content: bytes) -> bytes:
    """Without lengths, the text in pieces, as OpenSSL writes it when it streams."""
    end = b"\0\0"
    pieces = b"".join(der(0x04, content[at : at + 50]) for at in range(0, len(content), 50))
    octets = b"\x24\x80" + pieces + end
    inner = b"\x30\x80" + OID_DATA + b"\xa0\x80" + octets + end + end
    data = b"\x30\x80\x02\x01\x01" + der(0x31, b"") + inner + SIGNERS + end
    return b"\x30\x80" + OID_SIGNED + b"\xa0\x80" + data + end + end


def smime(envelope: bytes, kind: str = "signed-data") -> bytes:
    return with_head(
        file_part(
            envelope,
            f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m",
            "attachment; filename=smime.p7m",
        )
    )


INNER = several(
    "mixed", text_part(PLAIN), file_part(PNG, "image/png", "attachment; filename=map.png")
)
CASES = [
    Case(
        "winmail.dat with a file",
        outlook(tnef(tnef_file("แผนที่ กระบี่.png", PNG)), PLAIN),
        {"text": PLAIN},
        files=("แผนที่ กระบี่.png",),
        notes=("tnef",),
    ),
    Case(
        "winmail.dat that says the same once more",
        outlook(
            tnef(
                attribute(1, 0x00069003, props(prop(0x1F, 0x1000, "Other".encode("utf-16-le")))),
                tnef_file("setup.exe", b"MZ123"),
            ),
            PLAIN,
        ),
        {"text": PLAIN},
        files=("setup.exe",),
        dangerous=("setup.exe",),
    ),
    Case(
        "winmail.dat that holds the text",
        outlook(
            tnef(
                attribute(1, 0x00069007, struct.pack("<II", 874, 0)),
                attribute(1, 0x0002800C, PLAIN.encode("cp874") + b"\0"),
            )
        ),
        {"text": PLAIN, "attachments": ()},
    ),
    Case(
        "winmail.dat that holds packed RTF",
        outlook(tnef(attribute(1, 0x00069003, props(prop(0x102, 0x1009, packed(RTF)))))),
        {"text": RTF_TEXT, "attachments": ()},
    ),
    Case(
        "winmail.dat that holds a page",
        outlook(
            tnef(attribute(1, 0x00069003, props(prop(0x102, 0x1013, f"<p>{PLAIN}</p>".encode()))))
        ),
        {"text": PLAIN, "attachments": ()},
    ),
    Case(
        "winmail.dat that is cut",
        outlook(tnef(tnef_file("a.png", PNG))[:60], PLAIN),
        {"text": PLAIN},
        notes=("tnef",),
    ),
    Case(
        "winmail.dat that lies about its lengths",
        outlook(
            tnef(
                attribute(
                    1, 0x00069003, struct.pack("<I", 2**32 - 1) + b"\x1f\0\0\x10" + b"\xff" * 9
                )
            ),
            PLAIN,
        ),
        {"text": PLAIN},
        files=("winmail.dat",),
    ),
    Case(
        "winmail.dat with a mail in it",
        outlook(
            tnef(
                attribute(2, 0x00069002, b"\0" * 14),
                attribute(
                    2,
                    0x00069005,
                    props(
                        prop(0x1E, 0x3001, b"Old question\0"),
                        prop(
                            0x0D,
                            0x3701,
                            b"\0" * 16
                            + tnef(
                                attribute(
                                    1,
                                    0x00069003,
                                    props(prop(0x1F, 0x1000, PLAIN.encode("utf-16-le"))),
                                ),
                                tnef_file("inner.png", PNG),
                            ),
                        ),
                    ),
                ),
            ),
            "see below",
        ),
        {"text": "see below"},
        files=("Old question.txt", "inner.png"),
    ),
    Case(
        "signed by enveloping",
        smime(signed(INNER)),
        {"text": PLAIN},
        files=("map.png",),
        notes=("signed",),
    ),
    Case("signed by enveloping in pieces", smime(signed_in_pieces(INNER)), {"text": PLAIN}),
    Case(
        "signed by enveloping, cut",
        smime(signed(INNER)[:200]),
        {"text": ""},
        files=("smime.p7m",),
        notes=("opaque_smime",),
    ),
    Case(
        "signed again and again",
        smime(signed(smime(signed(smime(signed(smime(signed(INNER)))))))),
        {"text": ""},
        files=("smime.p7m",),
    ),
]
