"""Teams: an administrator creates them, puts people in and takes them out."""

from collections.abc import Mapping

from domain.errors import InvalidInput, NotFound
from domain.staff import Role, StaffId
from handlers.chat import Button, Choice, Reply, confirm
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import team_label
from handlers.registry import action, command
from store import staff

NAME_LIMIT = 60


@command(
    "team", "ทีม", about="ทีมของเจ้าหน้าที่ สร้างด้วย เช่น /team ทีมไมโครดาตา", fits=r"$", role=Role.ADMIN
)
async def team(ctx: Context, name: str) -> Reply:
    """All teams; with a name, that team, made where there is none."""
    teams = await staff.list_teams(ctx.db)
    ctx.audit("team.listed", "team")
    if name:
        if not 2 <= len(name) <= NAME_LIMIT:
            raise InvalidInput("team_name")
        if name not in teams:
            ctx.change(staff.add_team, name=name, members=[])
            ctx.audit("team.created", f"team:{name}")
        return await _members(ctx, name, teams.get(name, []))
    options = tuple(
        Button(
            _("%(team)s · %(count)s คน", team=each, count=len(members)), "team.show", {"team": each}
        )
        for each, members in teams.items()
    )
    return Reply((Choice(_("ทีม · สร้างทีมใหม่พิมพ์ /team ตามด้วยชื่อทีม"), options),))


async def _members(ctx: Context, name: str, members: list[StaffId]) -> Reply:
    people = [
        person
        for person in await staff.list_staff(ctx.db)
        if person.blocked_at is None or person.id in members
    ]
    options = tuple(
        Button(
            f"{'✅' if person.id in members else '➕'} {person.name}",
            "team.member",
            {"team": name, "id": str(person.id), "member": "" if person.id in members else "1"},
        )
        for person in people
    )
    remove = Button(_("ยุบทีม"), "team.remove", {"team": name}, once=True)
    question = _(
        "%(team)s · %(count)s คน · แตะชื่อเพื่อเพิ่มหรือนำออก", team=team_label(name), count=len(members)
    )
    return Reply((Choice(question, options, (remove,)),), confirms=True)


async def _known(ctx: Context, name: str) -> list[StaffId]:
    teams = await staff.list_teams(ctx.db)
    if name not in teams:
        raise NotFound("team", name=name)
    return teams[name]


@action("team.show", role=Role.ADMIN)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A team's people."""
    return await _members(ctx, args["team"], await _known(ctx, args["team"]))


@action("team.member", role=Role.ADMIN, in_place=True)
async def member_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Somebody joins the team or leaves it."""
    name = args["team"]
    person = StaffId(int(args["id"]))
    member = bool(args["member"])
    before = [each for each in await _known(ctx, name) if each != person]
    ctx.change(staff.set_team_member, team=name, staff_id=person, member=member)
    ctx.audit("team.joined" if member else "team.left", f"staff:{person}")
    return await _members(ctx, name, [*before, person] if member else before)


@action("team.remove", role=Role.ADMIN)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Dissolve a team; its people and their tickets stay as they are."""
    await _known(ctx, args["team"])
    ctx.change(staff.remove_team, team=args["team"])
    ctx.audit("team.removed", f"team:{args['team']}")
    return confirm(_("✅ บันทึกข้อมูลเรียบร้อย ยุบ%(team)sแล้ว", team=team_label(args["team"])))
