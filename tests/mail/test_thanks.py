"""Who thanks and says nothing else, however much he writes around it, and who asks for more."""

import pytest

from domain.mail.contents.thanks import is_thanks
from domain.mail.reading import read_mail
from tests.fakes.incoming_mails import a_mail
from tests.fakes.office import OFFICE

THANKS = (
    "ทางโรงเรียนขอขอบพระคุณที่อนุเคราะห์ข้อมูลให้นักเรียนทำโครงงาน นักเรียนได้รับรางวัลชนะเลิศค่ะ",
    "ขอบคุณมากๆค่ะ อ.ที่ปรึกษาชมว่าข้อมูลดีมาก เอาไปเขียนบทที่ 4 ได้เลย",
    "Received, thank you. Will revert if we have any queries.\nRgds, Somchai",
    "ขอบคุณค่ะ\n\n_______________________________\nStat-list mailing list\nhttps://lists.example/stat-list",
    "ขอบคุณเจ้าหน้าที่ที่ช่วยเหลือทางโทรศัพท์เมื่อวานนะคะ ประทับใจมากค่ะ",
    "ขอบคุณมากค่ะ จะนำไปใช้ในวิทยานิพนธ์ต่อไป",
    "ได้รับแล้วครับ ขอบคุณครับ\n\nธนวัฒน์ ศรีสุวรรณพงศ์\nนักวิชาการสถิติชำนาญการ\nโทร 081-234-5678\nSent from my iPhone",
    "ได้รับแล้วครับ ขอบคุณครับ ธนวัฒน์ ศรีสุวรรณพงศ์ โทร 081-234-5678 Sent from my iPhone",
    "เรียน เจ้าหน้าที่ สสช.\n\nได้รับข้อมูลครบถ้วนเรียบร้อยแล้วค่ะ ขอบพระคุณเป็นอย่างสูงที่ให้ความอนุเคราะห์\nข้อมูลเป็นประโยชน์ต่อการศึกษาเรื่องการย้ายถิ่นของแรงงานมากค่ะ\n\nขอแสดงความนับถือ\nกมลชนก วัฒนกิจ",
    "ขอบคุณสำหรับข้อมูลรายได้เฉลี่ยของครัวเรือนจังหวัดเชียงใหม่ ปี 2566 ค่ะ",
    "ขอบคุณมากครับ ที่ช่วยหาข้อมูลประชากรแฝงรายจังหวัดให้อย่างรวดเร็ว ขอให้ทุกท่านมีสุขภาพแข็งแรง",
    "ได้รับไฟล์แล้วนะคะ ขอบคุณคุณนกมากๆ เลยค่ะ โอกาสหน้าคงได้รบกวนใหม่",
    "ขอบคุณค่ะพี่ ข้อมูลตรงตามที่ขอเลยค่ะ จะรีบอ่านนะคะ",
    "ขอบคุณครับ หากมีข้อสงสัยจะสอบถามไปอีกครั้งครับ",
    "ขอบคุณมากครับผม\n\nนายวีรยุทธ ทองประเสริฐ\nสำนักงานเศรษฐกิจการเกษตร\n50 ถนนพหลโยธิน แขวงลาดยาว เขตจตุจักร กรุงเทพฯ 10900\n02 579 8161 ต่อ 1234",
    "Thank you so much! I will use it in my dissertation on labour migration and cite your office.",
    "Thank you very much for your prompt reply. The data will be used in our annual report.\n\nBest regards,\nAnna Schmidt\nPhD candidate, University of Bonn\nTel. +49 228 735678",
    "Received with thanks.\n\nDr. Somchai Rattanakosin\nFaculty of Economics, Chulalongkorn University\nsomchai.r@chula.example\nSent from my Samsung Galaxy smartphone.",
    "Dear Ms. Kanokwan,\nMany thanks for the household income tables by province for 2021. This is very useful for my research. Have a nice weekend!\nKind regards\nPeter",
    "Just wanted to thank you for your help. No further questions.\nJohn Miller",
    "ขอบคุณค่ะ อาจารย์ที่ปรึกษาฝากขอบคุณมาด้วยค่ะ",
    "ขอบพระคุณมากค่ะ ได้รับเอกสารแล้ว จะนำข้อมูลไปประกอบการทำแผนพัฒนาจังหวัดขอนแก่นค่ะ ผู้ช่วยศาสตราจารย์ ดร.วรรณา",
    "Well received, thank you! I'll go through the tables tomorrow.\n\nMarie Dubois | Economist | OECD",
    "สวัสดีครับคุณนก\nขอบคุณมากครับ เปิดไฟล์ได้แล้ว ข้อมูลละเอียดมาก\nณัฐพล",
    "Appreciate it. This saved me a lot of time!",
    "ขอบพระคุณมากครับผม ได้รับเอกสารแล้วครับ จะนำเรียนผู้บริหารต่อไป",
    "ขอบคุณมากนะคะพี่นก น้องได้ไฟล์แล้วค่ะ ช่วยงานน้องได้เยอะเลยค่ะ ^^",
    "รับทราบค่ะ ขอบคุณค่ะ\n\nน.ส.ปวีณา สุขสบาย\nฝ่ายแผนงาน เทศบาลนครขอนแก่น\n043-224033",
    "Dear Sir/Madam,\n\nThank you very much for the information. I really appreciate your kind assistance and quick response.\n\nYours sincerely,\nTanaka Hiroshi\nJETRO Bangkok",
    "Thanks!\n\nOn my way to class, will look at it tonight.\nBest, Jane",
    "ขอบคุณครับ ได้รับใบเสร็จแล้วเมื่อวานนี้",
    "ทางบริษัทได้รับข้อมูลเรียบร้อยแล้ว ขอขอบพระคุณในความอนุเคราะห์มา ณ โอกาสนี้ค่ะ\nฝ่ายวิจัยตลาด บริษัท ไทยมาร์เก็ต จำกัด",
    "ตามที่ท่านได้อนุเคราะห์ข้อมูลสถิติรายได้ครัวเรือน ปี 2566 นั้น คณะผู้วิจัยได้รับเรียบร้อยแล้ว จึงขอขอบคุณมา ณ โอกาสนี้\n\nขอแสดงความนับถือ\nผศ.ดร.ธีรพล",
    "Thank you Khun Nok, got it. All good now.",
    "ขอบคุณครับ 🙏🙏",
    "ได้แล้วค่า ขอบคุณมากๆๆๆ เลยนะคะ รักเลย",
    "Thanks so much, this helps a lot. I'll be citing NSO in my master's thesis at Thammasat University.",
    "ขอบคุณสำหรับความช่วยเหลือตลอดหลายเดือนที่ผ่านมานะคะ ตอนนี้จบการศึกษาแล้วค่ะ",
)
ASKS = (
    "ขอบคุณค่ะ ที่ส่งมาเป็นของปีเก่าค่ะ ขอของปี 2566",
    "Received, thank you. If we have any other choice, which one would you recommend?",
    "ขอบคุณค่ะ\n\n____________________\nP.S. คำถามอยู่ข้างล่างค่ะ ขอปี 2565 ด้วย\nhttps://lists.example",
    "ขอบคุณมากค่ะ จะนำไปใช้ในวิทยานิพนธ์ต่อไป แล้วปี 2565 มีไหมคะ",
    "ขอบคุณค่ะ จะนำไปใช้ในวิทยานิพนธ์ และขอของจังหวัดเชียงใหม่ด้วยค่ะ",
    "ได้รับแล้วครับ ขอบคุณครับ ของจังหวัดลำพูนด้วยครับ\nธนวัฒน์ ศรีสุวรรณพงศ์ โทร 081-234-5678",
    "ขอบคุณสำหรับข้อมูลปี 2566 แล้วของปี 2567 ออกเมื่อไหร่คะ",
    "ขอบคุณที่ส่งข้อมูลมาให้ครับ แต่ไฟล์ที่สองเปิดไม่ได้",
    "ขอบคุณค่ะ เป็นประโยชน์มาก รบกวนส่งตารางที่ 4 อีกครั้งค่ะ",
    "ขอบคุณมากครับ\n\nสมชาย ใจดี\nโทร 081-234-5678\n\nป.ล. ขอตารางภาคเหนือด้วยครับ",
    "ขอบคุณค่ะ ฝากแก้ไขชื่อในใบเสร็จเป็นบริษัท เอบีซี จำกัด ค่ะ",
    "ขอบคุณครับ ตัวเลขในตารางต่างจากในรายงานที่เผยแพร่ครับ",
    "ขอบคุณค่ะ ปี 65",
    "ขอบคุณค่ะ\nของขอนแก่นล่ะคะ",
    "ขอบคุณครับ สรุปต้องจ่ายกี่บาทครับ ไปจ่ายที่ไหน",
    "ขอบคุณค่ะ ได้รับแล้ว แต่ยังไม่ครบ ขาดของภาคใต้",
    "Thanks for sending the file. I cannot open it.",
    "ขอบคุณครับ ตอนนี้ย้ายไปทำงานที่กรมการปกครองแล้ว ให้ส่งหนังสือไปที่ใหม่",
    "ขอบคุณค่ะ ช่วยโทรกลับที่ 081-234-5678",
    "Thank you, very useful for my thesis. Kindly send the northern region as well.",
    "Thanks! The tables are helpful but the second sheet is missing.",
    "Thank you for the data. It would be more useful with the provinces.",
    "Many thanks for the quick reply. We are also interested in the microdata.\nBest regards,\nAnna",
    "Thank you for the tables.\n\nBest regards\nAnna Schmidt\nUniversity of Bonn\n\nP.S. Is there an English version?",
    "Thanks a lot. I need the same for 2022.",
    "Thank you. The figures differ from those on your website.",
    "ขอบคุณค่ะ แต่ว่าอยากได้เป็นไฟล์ excel ค่ะ",
    "ขอบคุณครับ ข้อมูลเป็นรายภาค ไม่ใช่รายจังหวัดครับ",
    "ขอบคุณค่ะ ข้อมูลที่ส่งมาเป็นปีเก่า",
    "ขอบคุณครับ แล้วต้องทำหนังสือถึงใครครับ",
    "Thanks. Where do I find the questionnaire?",
    "Thank you for the reply. We request the data by sex.",
    "Thank you. Attached are the forms.",
    "ขอบคุณค่ะ ขออนุญาตนำไปเผยแพร่ในเว็บไซต์นะคะ",
    "ขอบคุณล่วงหน้าค่ะ ส่งมาที่เมลนี้ได้เลย",
    "Thank you in advance for the 2021 census data by district.",
    "ขอบคุณครับ ยังรออยู่นะครับ",
    "ขอบคุณค่ะ ไม่ทราบว่ามีรายอำเภอไหม",
    "ขอบคุณครับ ตารางที่ 5 ตัวเลขรวมไม่เท่ากับผลรวมครับ",
    "ขอบคุณค่ะ พอดีเปลี่ยนหัวข้อวิทยานิพนธ์ เป็นเรื่องผู้สูงอายุ",
    "ขอบคุณมากค่ะสำหรับคำตอบ ต้องชำระเงินก่อนวันที่เท่าใดคะ",
    "Thank you for your email. The amount seems too high for a student.",
    "ขอบคุณล่วงหน้าสำหรับข้อมูลประชากรปี 2565 ค่ะ",
)


def thanks(text: str) -> bool:
    return is_thanks(read_mail(a_mail(text, "Re: ข้อมูล")), OFFICE.mail)


@pytest.mark.parametrize("text", THANKS)
def test_who_thanks_at_length_thanks(text: str) -> None:
    assert thanks(text)


@pytest.mark.parametrize("text", ASKS)
def test_who_asks_within_thanks_asks(text: str) -> None:
    assert not thanks(text)
