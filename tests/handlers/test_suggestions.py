"""The subjects that an enquiry is likeliest about come first where the form asks; habit stands
where words are mute.
"""


async def test_the_likeliest_subjects_come_first_when_the_form_asks(desk):
    asked = await desk.says("/open C81554 เมล ขอใบเสนอราคาข้อมูลระดับย่อย SES ปี 2566")
    subjects = [label.split()[0] for label in asked.buttons if label[:1].isdigit()]
    assert subjects[0] == "7.3"

    done = await desk.presses("7.3")
    assert "บันทึกข้อมูลเรียบร้อย" in done.text
    assert await desk.count("tickets", "subject = '7.3' AND channel = 'email'") == 1


async def test_words_that_say_nothing_leave_the_officers_habit_first(desk):
    for n in range(2):
        await desk.says(f"/open C81554 เมล 7.14 ข้อความ {n}")
    asked = await desk.says("/open C81554 เมล ตามที่คุยกันไว้")
    subjects = [label.split()[0] for label in asked.buttons if label[:1].isdigit()]
    assert subjects[0] == "7.14"


async def test_a_line_without_channel_and_subject_proposes_what_its_words_speak_of(desk):
    for n in range(3):
        await desk.says(f"/open C81554 มาเอง 2 ยืมหนังสือ {n}")
    asked = await desk.says("/open C81554 ถ่ายเอกสารสำมะโนเกษตร 12 หน้า")
    assert await desk.count("tickets", "subject = '5'") == 0
    assert asked.buttons[0] == "5 ถ่ายเอกสาร · ติดต่อด้วยตนเอง"
    await desk.presses("5 ถ่ายเอกสาร")
    assert await desk.count("tickets", "subject = '5' AND channel = 'walk_in'") == 1


async def test_what_the_desk_closed_is_learnt(desk):
    for n in range(12):
        await desk.says(f"/open C81554 โทร 6.2 ปริมาณน้ำฝนเขื่อนภูมิพล {n} => แจ้งแล้ว ปิด")
    for n in range(12):
        await desk.says(f"/open C81554 โทร 7.1 งานวิจัยชาวประมง {n} => แจ้งแล้ว ปิด")
    asked = await desk.says("/open C81554 โทร ปริมาณน้ำฝนเขื่อนสิริกิติ์")
    assert next(label for label in asked.buttons if label[:1].isdigit()).startswith("6.2")
    asked = await desk.says("/open C81554 โทร งานวิจัยของชาวประมงพื้นบ้าน")
    assert next(label for label in asked.buttons if label[:1].isdigit()).startswith("7.1")
