"""The fields of a contract: its table."""

from domain.fields.records import RecordFields
from domain.owed.contracts import Contract
from domain.tickets.fields import TICKET_TYPES

CONTRACT = RecordFields(Contract, "contract", TICKET_TYPES)
"""Everything of a contract but the request that it belongs to."""
