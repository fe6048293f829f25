"""The fields of a customer and of a contact: their tables."""

from domain.customers.records import Contact, Customer
from domain.fields.records import RecordFields

CUSTOMER = RecordFields(Customer, "customer")
"""Everything that a customer's own record holds but its code, its places in time, and its parts."""

CONTACT = RecordFields(Contact, "contact")
"""What is known of a contact."""

SAID = CUSTOMER.names(lambda row: row.type != "names")
"""The fields that somebody says: all but which of them are not known."""
