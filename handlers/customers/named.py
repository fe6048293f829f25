"""Customers that a text names: by their code, or by a telephone or address among its words."""

from domain.customers.phones import format_phone, read_contact_details
from domain.text import shorten
from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import Button, Masked, Paragraph, Reply, ReplyPart
from handlers.customers import cards as customer_cards
from handlers.customers.form import edit_customer
from handlers.customers.parts import list_part
from handlers.desk import Context
from handlers.forms.drafts import with_look
from handlers.i18n import _
from handlers.records.kinds import RecordKind, enter_records
from handlers.staff.masked import masked_customer
from store.chat.forms import Draft
from store.customers import records as customers
from store.search import customers as search


def named_other(words: str) -> str:
    """Says that words beside a customer's telephone name somebody else; "" for none."""
    if not words:
        return ""
    return _('⚠️ "%(words)s" ไม่ใช่ของผู้รับบริการรายนี้', words=shorten(words, 40))


class CustomerRecords(RecordKind):
    """See `handlers.records.kinds.RecordKind`."""

    kind = ReferenceKind.CUSTOMER
    form = "customer"
    says_why = True

    async def exists(self, ctx: Context, no: str) -> bool:
        return bool(await customers.list_customers(ctx.db, [no]))

    async def show(self, ctx: Context, no: str) -> Reply:
        customer = await customers.get_customer(ctx.db, no)
        contact = ctx.found_contacts.get(no, "")
        card = await customer_cards.card(ctx, customer, contact)
        shown = Reply((card,))
        other = named_other(ctx.named_others.get(no, ""))
        if not other:
            return shown
        return shown.led_by(Paragraph(other))

    async def option(self, ctx: Context, no: str) -> Button:
        customer = await customers.get_customer(ctx.db, no)
        ctx.audit("customer.listed", customer.code)
        return Button(
            customer_cards.line(customer),
            "customer.show",
            {"code": customer.code},
        )

    async def masked(self, ctx: Context, no: str) -> Masked:
        customer = await customers.get_customer(ctx.db, no)
        ctx.audit("customer.listed", customer.code)
        return masked_customer(customer)

    async def meant(self, ctx: Context, text: str) -> list[str]:
        """Whose telephone or address stands among other words; alone it is a search."""
        contact_details = read_contact_details(text)
        has_words = any(map(str.isalpha, contact_details.words))
        if not has_words:
            return []
        keys = (*contact_details.phones, *contact_details.emails)
        if not keys:
            return []
        whole = text
        if find_references(text):
            # A code is found for itself.
            whole = " ".join(keys)
        hits = await ctx.find_customers(whole)
        return [hit.customer.code for hit in hits if hit.why in search.WHOLE and not hit.weak]

    def words_that_led(self, text: str) -> str:
        contact_details = read_contact_details(text)
        phones = map(format_phone, contact_details.phones)
        return ", ".join((*phones, *contact_details.emails))

    async def draft(self, ctx: Context, no: str) -> Draft:
        customer = await customers.get_customer(ctx.db, no)
        ctx.audit("customer.read", customer.code)
        draft = edit_customer(ctx, customer)
        return with_look(draft, look=False)

    async def list_of(self, ctx: Context, no: str, field: str) -> ReplyPart | None:
        if field != "contacts":
            return None
        customer = await customers.get_customer(ctx.db, no)
        return list_part(customer, field)


enter_records(CustomerRecords())
