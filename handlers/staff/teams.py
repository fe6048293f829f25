"""Teams: an administrator creates them, puts people in and takes them out."""

from collections.abc import Mapping

from domain.errors import InvalidInput, NotFound
from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Choice, Reply, confirm
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import team_label
from handlers.registry import action, command
from store import staff

NAME_LIMIT = 60


@command(
    "team",
    "ทีม",
    about="ทีมของเจ้าหน้าที่ สร้างด้วย เช่น /team ทีมไมโครดาตา",
    fits=r"$",
    role=Role.ADMIN,
)
async def team(ctx: Context, name: str) -> Reply:
    """All teams; with a name, that team, made where there is none."""
    teams = await staff.list_teams(ctx.db)
    ctx.audit("team.listed", "team")
    if name:
        return await _named(ctx, name, teams)
    options = []
    for each, members in teams.items():
        label = _("%(team)s · %(count)s คน", team=each, count=len(members))
        options.append(Button(label, "team.show", {"team": each}))
    title = _("ทีม · สร้างทีมใหม่พิมพ์ /team ตามด้วยชื่อทีม")
    return Reply((Choice(title, tuple(options)),))


async def _named(ctx: Context, name: str, teams: Mapping[str, list[StaffId]]) -> Reply:
    if not 2 <= len(name) <= NAME_LIMIT:
        raise InvalidInput("team_name")
    if name not in teams:
        ctx.change(staff.add_team, name=name, members=[])
        ctx.audit("team.created", f"team:{name}")
    return await _members(ctx, name, teams.get(name, []))


async def _members(ctx: Context, name: str, members: list[StaffId]) -> Reply:
    """The people of a team, and those who may join it."""
    options = tuple(
        _member_button(name, person, member=person.id in members)
        for person in await staff.list_staff(ctx.db)
        if person.blocked_at is None or person.id in members
    )
    remove = Button(
        _("ยุบทีม"),
        "team.remove",
        {"team": name},
        once=True,
    )
    question = _(
        "%(team)s · %(count)s คน · แตะชื่อเพื่อเพิ่มหรือนำออก",
        team=team_label(name),
        count=len(members),
    )
    return Reply((Choice(question, options, (remove,)),), confirms=True)


def _member_button(team_name: str, person: Staff, *, member: bool) -> Button:
    """A tap puts the person into the team, or takes a member out of it."""
    args = {
        "team": team_name,
        "id": str(person.id),
        "member": "" if member else "1",
    }
    mark = "✅" if member else "➕"
    return Button(f"{mark} {person.name}", "team.member", args)


async def _known(ctx: Context, name: str) -> list[StaffId]:
    teams = await staff.list_teams(ctx.db)
    if name not in teams:
        raise NotFound("team", name=name)
    return teams[name]


@action("team.show", role=Role.ADMIN)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A team's people."""
    name = args["team"]
    return await _members(ctx, name, await _known(ctx, name))


@action("team.member", role=Role.ADMIN, in_place=True)
async def member_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Somebody joins the team or leaves it."""
    name = args["team"]
    person = StaffId(int(args["id"]))
    joins = bool(args["member"])
    members = [each for each in await _known(ctx, name) if each != person]
    if joins:
        members.append(person)
    ctx.change(
        staff.set_team_member,
        team=name,
        staff_id=person,
        member=joins,
    )
    ctx.audit("team.joined" if joins else "team.left", f"staff:{person}")
    return await _members(ctx, name, members)


@action("team.remove", role=Role.ADMIN, danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Dissolve a team; its people and their tickets stay as they are."""
    name = args["team"]
    await _known(ctx, name)
    ctx.change(staff.remove_team, team=name)
    ctx.audit("team.removed", f"team:{name}")
    return confirm(_("✅ บันทึกข้อมูลเรียบร้อย ยุบ%(team)sแล้ว", team=team_label(name)))
