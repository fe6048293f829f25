"""The form of a contract: its number, dates, researcher, projects, purpose, and the research result
it promises.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from domain.dates.days import format_date, parse_date
from domain.errors import InvalidInput
from domain.owed.contracts import Contract, check_due_on
from domain.owed.requests import Life
from domain.tickets.projects import find_projects
from handlers.chat import Card, Reply, say
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Form, Option, Parse, enter_form
from handlers.i18n import _
from handlers.labels import field_label
from handlers.owed import request_cards
from handlers.owed.requests import contract_from, save_context
from handlers.tickets import cards as ticket_cards
from handlers.tickets.contract_no import contract_no_field, taken
from store.chat.forms import Dialog, Draft
from store.owed import contracts, requests
from store.owed.contracts import SEPARATOR

NO_PROJECT = "-"


async def _life(ctx: Context, draft: Draft) -> Life:
    return await requests.get_life(ctx.db, int(draft.record))


async def _check_no(ctx: Context, draft: Draft, no: str) -> None:
    found = await contracts.find_contract(ctx.db, no)
    if found and found.request_id != int(draft.record):
        raise await taken(
            ctx,
            no,
            await contracts.find_owner(ctx.db, no),
        )


async def _contacts(ctx: Context, draft: Draft) -> list[Option]:
    """The customer, and each of the contacts."""
    life = await _life(ctx, draft)
    customer = await ctx.customer(life.request.customer)
    options = [Option("", ticket_cards.shown_name(customer))]
    options += [Option(str(contact.id), contact.name) for contact in customer.contacts]
    return options


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if not text:
        return {"contact": ""}
    options = await _contacts(ctx, draft)
    return {"contact": fields.match_option(options, text)}


async def _parse_projects(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One more project, `-` = none; InvalidInput("projects") for a word that means none or
    several.
    """
    if text == NO_PROJECT:
        return {"projects": ""}
    found = find_projects(ctx.desk.configuration.projects, text)
    exact = [project for project in found if project.name == text] or found
    if len(exact) != 1:
        raise InvalidInput("projects", text=text[:60])
    values = await FORM.values(ctx, draft)
    chosen = [*values["projects"].split(SEPARATOR), exact[0].name]
    return {"projects": SEPARATOR.join(dict.fromkeys(filter(None, chosen)))}


async def _project_options(ctx: Context, draft: Draft) -> list[Option]:
    every = [Option(project.name, project.name) for project in ctx.desk.configuration.projects]
    return [*every, Option(NO_PROJECT, _("ไม่มีโครงการ"))]


def _agreed(name: str) -> Parse:
    """A date agreed upon: from today on."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: check_due_on(parse_date(text, ctx.today), ctx.today).isoformat()}

    return parse


CONTRACT_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        replace(contract_no_field("พิมพ์เลขที่สัญญา เช่น 81/2569", _check_no), clearable=False),
        fields.past_date_field("contract_on", "พิมพ์วันที่ของสัญญา เช่น 24 ก.พ. 69"),
        Field(
            "contact",
            "",
            _parse_contact,
            _contacts,
            clearable=False,
        ),
        Field("projects", "พิมพ์ชื่อหรือชื่อย่อ เช่น สรง.", _parse_projects, _project_options),
        fields.text_field("data_years", "พิมพ์ปีของข้อมูล เช่น 2559-2561 หรือ ไตรมาส 2 พ.ศ. 2562"),
        fields.text_field("purpose", "พิมพ์วัตถุประสงค์การใช้ข้อมูล", fields.LONG_LIMIT),
        fields.text_field("research_title", "พิมพ์ชื่อผลงานวิจัยที่จะส่ง"),
        Field("return_due_on", "พิมพ์วันที่ตกลงว่าจะส่งสัญญาคืน เช่น 5 พ.ย. 70", _agreed("return_due_on")),
        Field(
            "research_due_on", "พิมพ์วันที่ตกลงว่าจะส่งผลงานวิจัย เช่น 5 พ.ย. 70", _agreed("research_due_on")
        ),
    )
}


def _as_data(contract: Contract) -> dict[str, str]:
    def day(on: date | None) -> str:
        return on.isoformat() if on else ""

    return {
        "contract_no": contract.no,
        "contract_on": day(contract.signed_on),
        "contact": str(contract.contact_id or ""),
        "projects": SEPARATOR.join(contract.projects),
        "data_years": contract.data_years,
        "purpose": contract.purpose,
        "research_title": contract.research_title,
        "return_due_on": day(contract.return_due_on),
        "research_due_on": day(contract.research_due_on),
    }


def _filled(base: Contract, values: Mapping[str, str]) -> Contract:
    def day(name: str) -> date | None:
        return date.fromisoformat(values[name]) if values.get(name) else None

    return replace(
        base,
        no=values["contract_no"],
        contact_id=int(values["contact"]) if values.get("contact") else None,
        signed_on=day("contract_on"),
        projects=tuple(filter(None, values.get("projects", "").split(SEPARATOR))),
        data_years=values.get("data_years", ""),
        purpose=values.get("purpose", ""),
        research_title=values.get("research_title", ""),
        return_due_on=day("return_due_on"),
        research_due_on=day("research_due_on"),
    )


class ContractForm(Form):
    """See `handlers.forms.engine.Form`. Its draft's record is the request; the data lie over the
    saved contract's.
    """

    kind = "contract"
    fields = CONTRACT_FIELDS

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        """What the contract would hold if it were saved now."""
        life = await _life(ctx, draft)
        base = life.contract or contract_from(life, "")
        return {**_as_data(base), **draft.given}

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        values = await self.values(ctx, draft)
        return [] if values["contract_no"] else ["contract_no"]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        life = await _life(ctx, draft)
        changed = []
        for name in self.fields:
            if name in draft.given:
                changed.append(
                    (
                        field_label(name),
                        await self._text(
                            ctx,
                            draft,
                            name,
                        ),
                    )
                )
        title = _("📄 แก้ไข%(what)s", what=request_cards.plain_title(life))
        return Card(title, tuple(line for line in changed if line[1]))

    async def _text(self, ctx: Context, draft: Draft, name: str) -> str:
        """A field as people read it."""
        values = await self.values(ctx, draft)
        value = values.get(name, "")
        if name == "contact":
            life = await _life(ctx, draft)
            return await ticket_cards.contact_name(
                ctx,
                life.request.customer,
                int(value or 0),
            )
        if name == "projects":
            return value.replace(SEPARATOR, ", ")
        if value and name.endswith("_on"):
            return format_date(date.fromisoformat(value))
        return value

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        return await self._text(ctx, draft, name)

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        life = await _life(ctx, draft)
        base = life.contract or Contract("", life.request.id)
        contract = _filled(base, await self.values(ctx, draft))
        if contract == life.contract:
            end(
                ctx,
                draft,
                outcome=contract.no,
                state="cancelled",
            )
            return say(_("ไม่มีการเปลี่ยนแปลง"), request_cards.request_button(life.request.id))
        end(ctx, draft, outcome=contract.no)
        return await save_contract(ctx, life, contract)


FORM = ContractForm()
enter_form(FORM)


def edit_contract(ctx: Context, life: Life, *, look: bool = False) -> Draft:
    """A draft over the contract of a request, or over none; `look` = show the card before
    saving.
    """
    return new_draft(
        ctx,
        "contract",
        {},
        record=str(life.request.id),
        record_version=life.request.version,
        dialog=Dialog(look=look),
    )


async def save_contract(ctx: Context, life: Life, contract: Contract) -> Reply:
    """Writes a contract, new (id 0) or changed, and tells what that means for what is owed."""
    if life.contract is None:
        ctx.change(
            partial(
                requests.add_contract,
                contract=contract,
                context=save_context(ctx),
            )
        )
    else:
        change = partial(
            requests.change_contract,
            old=life.contract,
            new=contract,
            version=life.request.version,
            context=save_context(ctx),
        )
        ctx.change(change)
    ctx.audit("contract.saved", contract.no)
    after = replace(life, contract=contract)
    lines = [_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=contract.no), *_new_dates(ctx, after)]
    edit = request_cards.button(_("แก้ไขสัญญา"), "contract.edit", after)
    part = request_cards.outcome(
        ctx,
        after,
        lines,
        (edit,),
    )
    return Reply((part,), confirms=True)


def _new_dates(ctx: Context, life: Life) -> list[str]:
    """When what was owed before is due by the contract's dates, and when it is reminded of."""
    rules = ctx.desk.configuration.rules
    lines = []
    for row in requests.settlement(life, rules, ctx.now):
        at = requests.next_of(row, save_context(ctx))
        if row.id and at:
            due = format_date(row.first_on(rules[row.rule]))
            remind_on = request_cards.day(at)
            lines.append(
                _(
                    "ครบกำหนด %(due)s · เตือน %(at)s",
                    due=due,
                    at=remind_on,
                )
            )
    return lines
