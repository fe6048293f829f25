"""The audit log in words: what was done, and to which record."""

from collections.abc import Mapping
from datetime import date

from domain.operating.retention import RetentionKind, read_kept_for
from domain.staff import Platform, Role, StaffId
from handlers.chat import in_one_line
from handlers.desk import Work
from handlers.i18n import _, date_text
from handlers.labels import kept_for, retention_label, role_label, team_label
from handlers.staff.groups import group_name
from store.audit import AuditEntry
from store.chat import groups

ACTIONS = {
    "access.granted": "ให้สิทธิ์ใช้งาน",
    "access.refused": "ปฏิเสธคำขอสิทธิ์",
    "audit.exported": "ส่งออกรายการตรวจสอบ",
    "audit.read": "ดูรายการตรวจสอบ",
    "contract.saved": "บันทึกสัญญา",
    "customer.changed": "แก้ไขผู้รับบริการ",
    "customer.created": "สร้างผู้รับบริการ",
    "customer.disclosed": "ส่งออกข้อมูลทั้งหมดของผู้รับบริการรายหนึ่ง",
    "customer.erased": "ลบข้อมูลส่วนบุคคล",
    "customer.erasure_asked": "ขอลบข้อมูลส่วนบุคคล",
    "customer.erasure_refused": "ไม่ยืนยันการลบข้อมูลส่วนบุคคล",
    "customer.erasure_confirmed": "ยืนยันการลบข้อมูลส่วนบุคคล",
    "customer.unsent": "ผู้ส่งยกเลิกส่งข้อความต้นทาง",
    "customer.different": "ตัดสินว่าไม่ใช่รายเดียวกัน",
    "customer.history": "ดูประวัติการติดต่อ",
    "customer.listed": "เห็นผู้รับบริการในรายการ",
    "customer.merged": "รวมรหัสผู้รับบริการ",
    "customer.named": "เห็นชื่อผู้รับบริการ",
    "customer.read": "ดูผู้รับบริการ",
    "customer.reported": "รายงานรหัสซ้ำ",
    "customer.searched": "ค้นหาผู้รับบริการ ไม่พบ",
    "customer.unmerged": "ยกเลิกการรวมรหัส",
    "customers.exported": "ส่งออกผู้รับบริการ",
    "customers.imported": "นำเข้าผู้รับบริการ",
    "customers.table_received": "รับตารางผู้รับบริการ",
    "file.opened": "เปิดไฟล์ด้วยลิงก์",
    "group.enrolled": "ลงทะเบียนกลุ่ม",
    "group.left": "บอทออกจากกลุ่มแล้ว",
    "group.listed": "ดูรายชื่อกลุ่ม",
    "group.moved": "กลุ่มย้ายที่",
    "group.removed": "นำกลุ่มออก",
    "holiday.entered": "เพิ่มวันหยุดหรือวันทำการ",
    "holiday.removed": "นำวันหยุดหรือวันทำการออก",
    "leave.entered": "บันทึกวันลา",
    "canned.added": "เพิ่มคำตอบสำเร็จรูป",
    "canned.changed": "แก้คำตอบสำเร็จรูป",
    "canned.removed": "ลบคำตอบสำเร็จรูป",
    "mail.assumed_sent": "ถือว่าส่งอีเมลแล้ว",
    "mail.bounced": "อีเมลส่งไม่ถึง",
    "mail.delayed": "อีเมลส่งถึงช้า",
    "mail.cleared": "ยืนยันว่าคนเขียนอีเมล ไม่ใช่สแปม",
    "mail.drafted": "ร่างอีเมล",
    "mail.listed": "เห็นอีเมลในรายการ",
    "mail.raw_read": "เปิดอีเมลต้นฉบับ",
    "mail.read": "ดูอีเมล",
    "mail.sent": "ส่งอีเมล",
    "mail.sent_again": "ส่งอีเมลอีกครั้ง",
    "mails.exported": "ส่งออกอีเมลที่เข้ามา",
    "owed.followed_up": "ตัดสินรายการค้างของข้อมูลเดิม",
    "owed.exported": "ส่งออกรายการค้างส่ง",
    "post.approved": "อนุมัติโพสต์",
    "post.returned": "ส่งโพสต์กลับแก้ไข",
    "report.drawn": "ดูรายงาน",
    "report.exported": "ส่งออกรายงาน",
    "request.changed": "แก้ไขคำขอข้อมูล",
    "request.created": "สร้างคำขอข้อมูล",
    "request.read": "ดูคำขอข้อมูล",
    "retention.confirmed": "ยืนยันกฎการเก็บข้อมูล",
    "retention.run": "ลบข้อมูลที่ครบกำหนดเก็บ",
    "staff.blocked": "ระงับเจ้าหน้าที่",
    "staff.email": "แก้ไขอีเมลสำรอง",
    "staff.email_removed": "ลบอีเมลสำรอง",
    "staff.link_code": "ขอรหัสเชื่อมบัญชี",
    "staff.linked": "เชื่อมบัญชี",
    "staff.listed": "ดูรายชื่อเจ้าหน้าที่",
    "staff.post_granted": "ให้สิทธิ์โพสต์",
    "staff.post_taken": "ถอนสิทธิ์โพสต์",
    "staff.read": "ดูข้อมูลเจ้าหน้าที่",
    "staff.role": "เปลี่ยนสิทธิ์",
    "staff.sessions_ended": "ตัดอุปกรณ์ที่หาย",
    "staff.unblocked": "เลิกระงับเจ้าหน้าที่",
    "team.created": "สร้างทีม",
    "team.joined": "เพิ่มคนในทีม",
    "team.left": "นำคนออกจากทีม",
    "team.listed": "ดูรายชื่อทีม",
    "team.removed": "ยุบทีม",
    "ticket.changed": "แก้ไขใบงาน",
    "ticket.answered": "ได้รับคำตอบทางอีเมล",
    "ticket.created": "สร้างใบงาน",
    "ticket.file_added": "แนบไฟล์",
    "ticket.file_read": "เปิดไฟล์",
    "ticket.file_removed": "ลบไฟล์",
    "ticket.file_unsent": "ผู้ส่งเรียกไฟล์คืน",
    "ticket.files_listed": "ดูรายการไฟล์",
    "ticket.handed_over": "มอบหมายใบงาน",
    "ticket.linked": "ผูกใบงาน",
    "ticket.listed": "เห็นใบงานในรายการ",
    "ticket.offered": "ฝากใบงานให้ทีม",
    "ticket.read": "ดูใบงาน",
    "ticket.reopened": "เปิดใบงานอีกครั้ง",
    "ticket.restored": "คืนใบงานที่ยกเลิก",
    "ticket.returned": "คืนใบงานให้ผู้มอบหมาย",
    "ticket.searched": "ค้นใบงาน ไม่พบ",
    "ticket.taken": "รับใบงาน",
    "ticket.told": "แจ้งเตือนเรื่องใบงาน",
    "ticket.unlinked": "เลิกผูกใบงาน",
    "ticket.unsent": "ผู้ส่งยกเลิกส่งข้อความต้นทาง",
    "ticket.voided": "ยกเลิกใบงาน",
    "tickets.exported": "ส่งออกใบงาน",
    "tickets.imported": "นำเข้าใบงาน",
    "tickets.table_received": "รับตารางใบงาน",
    "board.read": "ดูกระดานงาน",
    "web.ended": "ออกจากระบบในเบราว์เซอร์",
    "web.entered": "เข้าใช้งานในเบราว์เซอร์",
    "web.link": "ขอลิงก์เข้าใช้งานในเบราว์เซอร์",
}
"""What each action of the log is called; behind some of them stands the role that was given."""
GENERAL = {"", "0", "audit", "group", "staff", "team"}
"""Records that say no more than the action."""


def action_text(action: str) -> str:
    """`ดูใบงาน`, or `ให้สิทธิ์ใช้งาน: หัวหน้า` where a role was given."""
    if action in ACTIONS:
        return _(ACTIONS[action])
    general, _dot, last = action.rpartition(".")
    roles = {role.value for role in Role}
    if general in ACTIONS and last in roles:
        return f"{_(ACTIONS[general])}: {role_label(Role(last))}"
    return action


async def record_text(work: Work, record: str, names: Mapping[StaffId, str]) -> str:
    """The record as people call it; nothing where the action says it all."""
    if record in GENERAL:
        return ""
    kind, _colon, which = record.partition(":")
    if kind == "staff":
        return names.get(StaffId(int(which)), which)
    if kind == "team":
        return team_label(which)
    if kind == "group":
        return await _group(work, which)
    if kind in _RETAINED:
        return _retained(RetentionKind(kind), which)
    if kind == "request":
        return _("คำขอสิทธิ์ที่ %(number)s", number=which)
    number = record[1:]
    if record.startswith("Q") and number.isdigit():
        return _("คำขอข้อมูลที่ %(number)s", number=number)
    return _day(record)


_RETAINED = frozenset(RetentionKind)


def _retained(kind: RetentionKind, which: str) -> str:
    """A rule of retention, or how many records a run took."""
    kept = read_kept_for(which)
    said = kept_for(kept) if kept else _("%(count)s รายการ", count=which)
    return f"{retention_label(kind)} {said}"


async def _group(work: Work, which: str) -> str:
    platform, _colon, chat = which.partition(":")
    found = await groups.find_group(work.db, Platform(platform), chat)
    if found is None:
        return f"{platform.title()} …{chat[-6:]}"
    return group_name(found)


def _day(record: str) -> str:
    """A day as officers write it; anything else as it is."""
    try:
        return date_text(date.fromisoformat(record))
    except ValueError:
        return record


async def line(work: Work, entry: AuditEntry, names: Mapping[StaffId, str]) -> str:
    """`นก · ดูใบงาน · R2611000124`"""
    who = _("ระบบ")
    if entry.staff_id is not None:
        who = names.get(entry.staff_id, "-")
    done = action_text(entry.action)
    return in_one_line(who, done, await record_text(work, entry.record, names))
