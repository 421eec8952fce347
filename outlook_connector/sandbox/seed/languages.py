"""Mail in scripts that break careless programs: right to left, without spaces, with emoji and combining marks."""

from outlook_connector.sandbox.seed import files
from outlook_connector.sandbox.seed.builder import Builder, File, Mail, paragraphs
from outlook_connector.sandbox.seed.people import (
    ADELE,
    AMIRA,
    ELODIE,
    HARUTO,
    JOSE,
    KIM,
    NESTOR,
    NOA,
    PRADEEP,
    Person,
)

_RTL = "rtl"
# name, days back, sender, recipients, subject, text, direction
_MAILS: tuple[tuple[str, int, Person, tuple[Person, ...], str, str, str], ...] = (
    (
        "arabic-invite",
        4,
        AMIRA,
        (ADELE, KIM),
        "دعوة لحضور معرض الأثاث",
        "السيدة أديل المحترمة،\n\n"
        "يسرنا دعوتكم إلى معرض الأثاث في دبي، القاعة 3، من الساعة 10:00 صباحا.\n\n"
        "مع أطيب التحيات\nأميرة",
        _RTL,
    ),
    (
        "arabic-order",
        31,
        AMIRA,
        (ADELE,),
        "الطلب رقم 4711",
        "تم شحن الطلب رقم 4711 (Contoso Lamp XL) اليوم.",
        _RTL,
    ),
    (
        "hebrew-offer",
        8,
        NOA,
        (ADELE, NESTOR),
        "הצעת מחיר לתאורה",
        "שלום אדל,\n\nמצורפת הצעת המחיר לתאורה של החנות החדשה: 12,500 ₪ לפני מע״מ.\n\nבברכה,\nנועה",
        _RTL,
    ),
    (
        "hebrew-mixed",
        41,
        NOA,
        (KIM,),
        "RE: חשבונית INV-2088 / Invoice INV-2088",
        "תודה! Payment will follow בשבוע הבא.",
        _RTL,
    ),
    (
        "japanese-visit",
        5,
        HARUTO,
        (ADELE, NESTOR),
        "来週のご訪問について",
        "アデル様\n\nいつもお世話になっております。来週火曜日の15時に本社でお待ちしております。\n\n佐藤",
        "ltr",
    ),
    (
        "japanese-catalogue",
        29,
        HARUTO,
        (ADELE,),
        "【重要】新しいカタログのご案内",
        "新しい木製玩具のカタログを添付いたします。ご確認ください。",
        "ltr",
    ),
    (
        "french-accents",
        14,
        ELODIE,
        (ADELE,),
        "Étagères : où les livrer ?",
        "Chère Adèle,\n\noù pouvons-nous livrer les étagères ? Le dépôt de Genève est fermé à Noël.",
        "ltr",
    ),
    (
        "spanish-question",
        19,
        JOSE,
        (ADELE,),
        "¿Mañana o pasado mañana?",
        "¿Te viene mejor mañana o pasado mañana? Yo puedo a las 9:30.",
        "ltr",
    ),
    (
        "hindi-wishes",
        26,
        PRADEEP,
        (ADELE, KIM, NESTOR),
        "दीपावली की हार्दिक शुभकामनाएँ 🪔",
        "आपको और आपके परिवार को दीपावली की हार्दिक शुभकामनाएँ!",
        "ltr",
    ),
    (
        "emoji-family",
        7,
        NESTOR,
        (ADELE, KIM),
        "👩‍👩‍👧‍👦 Family day 🎉🎈",
        "Family day is on Saturday! 👨‍🍳 will grill, 🧑🏽‍🎤 will sing, and there is a 🏰 for the children.",
        "ltr",
    ),
    (
        "combining",
        22,
        KIM,
        (ADELE,),
        "Cafe\u0301 Å and Å look the same",
        "The first letter is decomposed (cafe\u0301), the second is composed (café).",
        "ltr",
    ),
)
_ATTACHED = {
    "japanese-catalogue": File("カタログ 2026.pdf", "application/pdf", files.pdf("Wingtip catalogue")),
    "hebrew-offer": File("הצעת מחיר.txt", "text/plain", files.text("תאורה", "12,500 ₪")),
}


def fill(builder: Builder) -> None:
    """Stores the mails of the table."""
    for name, days, sender, to, subject, text, direction in _MAILS:
        attached = _ATTACHED.get(name)
        mail = Mail(
            name,
            builder.day(days, 11, len(name)),
            sender,
            to,
            subject,
            paragraphs(text, direction=direction),
            files=(attached,) if attached else (),
        )
        builder.send(mail)
