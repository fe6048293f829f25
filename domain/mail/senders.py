"""Who writes: the office itself, a colleague, an organisation, or somebody at a public provider.
Pure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

_AT = "@"
"""Between the name and the domain of an address."""


@dataclass(frozen=True, slots=True)
class OfficeAddresses:
    """The addresses of the office, in small letters.

    `own` = the mailbox that is read, and what mails go out from. `domain` = the one behind the @ of
    MAIL_FROM, "" where it is a public provider's. `colleagues` = further addresses of colleagues:
    those that they entered, and those of the configuration."""

    own: frozenset[str] = frozenset()
    domain: str = ""
    colleagues: frozenset[str] = frozenset()

    def is_own(self, email: str) -> bool:
        """Returns whether mails from this address are the desk's own."""
        return email.casefold() in self.own

    def is_colleague(self, email: str) -> bool:
        """Returns whether a mail from this address is a colleague's; the desk's own are."""
        address = email.casefold()
        if address in self.own or address in self.colleagues:
            return True
        return bool(self.domain) and is_below(domain_of(address), self.domain)


def office_addresses(
    own: Iterable[str],
    colleagues: Iterable[str],
    domains: "DomainRules",
) -> OfficeAddresses:
    """Returns the office's addresses; `own` begins with what mails go out from (MAIL_FROM)."""
    ours = [address.casefold() for address in own if address]
    domain = domain_of(ours[0]) if ours else ""
    # Everybody has an address there: it makes nobody a colleague.
    if domain in domains.public:
        domain = ""
    known = frozenset(address.casefold() for address in colleagues)
    return OfficeAddresses(frozenset(ours), domain, known)


@dataclass(frozen=True, slots=True)
class DomainRules:
    """Which domains say something of who somebody is (domain/data/mail.toml).

    `public` = of providers where everybody has an address. `shared` = endings below which each name
    is another organisation's."""

    public: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    def organisation(self, email: str) -> str:
        """Returns the domain of the organisation that an address belongs to; "" where it is
        nobody's, or a public provider's.
        """
        domain = domain_of(email)
        labels = domain.split(".")
        if domain in self.public or len(labels) < 2:
            return ""
        kept = 2
        # "cs.chula.ac.th" is Chulalongkorn's as "chula.ac.th" is.
        while kept <= len(labels) and ".".join(labels[-kept:]) in self.shared:
            kept += 1
        if kept > len(labels):
            return ""
        found = ".".join(labels[-kept:])
        return "" if found in self.public else found


def domain_of(email: str) -> str:
    """Returns what stands behind the @ of an address, in small letters; "" without one."""
    _local, sign, domain = email.strip().rpartition(_AT)
    return domain.casefold().strip(".") if sign else ""


def local_of(email: str) -> str:
    """Returns what stands before the @ of an address, in small letters."""
    return email.strip().rpartition(_AT)[0].casefold()


def is_plausible(
    sender: str,
    known_addresses: Collection[str],
    domains: DomainRules,
) -> bool:
    """Returns whether an answer about a ticket may come from this address: one that is known there
    (the customer's, a contact's, one that the desk wrote to), or one of the same organisation.
    """
    address = sender.strip().casefold()
    if not domain_of(address):
        return False
    known = {one.strip().casefold() for one in known_addresses}
    if address in known:
        return True
    organisation = domains.organisation(address)
    return bool(organisation) and organisation in map(domains.organisation, known)


def is_below(domain: str, above: str) -> bool:
    """Returns whether a domain is another one, or a part of it."""
    return domain == above or domain.endswith(f".{above}")
