"""The mails that documents and examples refer to; `anchors` publishes their ids."""

from outlook_connector.sandbox.seed import files
from outlook_connector.sandbox.seed.builder import Builder, File, Mail, paragraphs
from outlook_connector.sandbox.seed.people import ADELE, GRADY, KIM, LYNNE, NESTOR, TRAVEL

_REPORT = """Hi Adele,

Here is the quarterly report with the final figures. Revenue is up 12 % on the last quarter, and the retail
stores carried most of it. The regional numbers are in the spreadsheet.

Could you look over page 1 before it goes to the board on Friday?

Thanks
Kim"""

_FIGURES = files.csv(
    [
        ("Region", "Q1", "Q2", "Q3", "Change"),
        ("North", 412000, 431500, 488200, "13 %"),
        ("South", 298400, 301200, 329900, "10 %"),
        ("Zürich", 187300, 192800, 221750, "15 %"),
        ("São Paulo", 96500, 101300, 112040, "11 %"),
    ]
)

_NEWSLETTER = """<html><head><style>.hero{width:100%} a{color:#0b6e4f}</style><title>Weekend</title></head>
<body style="margin:0; background:#f4f4f4">
<table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0" style="background:#fff">
<tr><td><img src="cid:skyline@margiestravel" alt="Skyline at dusk" class="hero" width="600"></td></tr>
<tr><td style="padding:24px; font-family:Georgia,serif">
<h1>Three weekends under €200 ✈️</h1>
<p>Hello Adele, here is what our editors have found for you this week.</p>
<ul><li><b>Lisbon</b>: trams, tiles and custard tarts</li><li><b>Kraków</b>: markets and milk bars</li>
<li><b>Reykjavík</b>: hot water, cold air</li></ul>
<p><a href="https://www.margiestravel.example/weekends?utm_source=mail">See all weekends</a></p></td></tr>
<tr><td style="font-size:11px; padding:24px; color:#777">You get this mail because you asked for it.
<a href="https://www.margiestravel.example/unsubscribe">Unsubscribe</a></td></tr></table></body></html>"""

_DRAFT = """Hi Grady,

thank you for the offer. We would like to go ahead with the ski weekend for twelve people, and have three
questions about transfers, insurance and the invoice address.

Best regards
Adele"""


def fill(builder: Builder) -> None:
    """Stores the highlights."""
    _report(builder)
    _lunch(builder)
    _newsletter(builder)
    _project_folder(builder)
    builder.draft(
        Mail("draft", builder.day(1, 16, 40), ADELE, (GRADY,), "Ski weekend: our answer", _DRAFT, cc=(KIM,))
    )


def _report(builder: Builder) -> None:
    attached = (
        File("Quarterly report Q3.pdf", "application/pdf", files.pdf("Contoso quarterly report Q3")),
        File("regions.csv", "text/csv", _FIGURES),
    )
    mail = Mail(
        "quarterly-report",
        builder.day(1, 14, 5),
        KIM,
        (ADELE,),
        "Quarterly report Q3",
        _REPORT,
        files=attached,
        marks={"importance": "high", "isRead": False, "categories": ["Finance"]},
    )
    builder.send(mail)


def _lunch(builder: Builder) -> None:
    first = builder.send(
        Mail(
            "lunch-1",
            builder.day(2, 10, 12),
            NESTOR,
            (ADELE, KIM),
            "Lunch on Thursday?",
            "Shall we try the new ramen place on Thursday? 🍜\n\nLynne is in town and would join us.",
            cc=(LYNNE,),
        )
    )
    second = builder.send(
        Mail(
            "lunch-2",
            builder.day(2, 10, 31),
            LYNNE,
            (NESTOR,),
            "RE: Lunch on Thursday?",
            "I'd love to. Is half past twelve all right? My train leaves at three.",
            cc=(ADELE, KIM),
            answers=first,
        )
    )
    builder.send(
        Mail(
            "lunch-3",
            builder.day(1, 9, 3),
            KIM,
            (LYNNE, NESTOR),
            "RE: Lunch on Thursday?",
            "12:30 works. Table for four is booked under my name.",
            cc=(ADELE,),
            answers=second,
            marks={"isRead": False},
        )
    )


def _newsletter(builder: Builder) -> None:
    picture = File("skyline.png", "image/png", files.png(11, 110, 79, 24), "skyline@margiestravel")
    mail = Mail(
        "newsletter",
        builder.day(3, 6, 0),
        TRAVEL,
        (ADELE,),
        "Three weekends under €200 ✈️",
        _NEWSLETTER,
        files=(picture,),
        marks={"inferenceClassification": "other"},
        headers=(("List-Unsubscribe", "<https://www.margiestravel.example/unsubscribe>"),),
    )
    builder.send(mail)


def _project_folder(builder: Builder) -> None:
    plan = File("milestones.txt", "text/plain", files.text("May: design", "June: build", "July: open"))
    kickoff = Mail(
        "project-kickoff",
        builder.day(40, 8, 30),
        NESTOR,
        (ADELE, KIM),
        "Store of the future: kick-off",
        paragraphs("The plan for the new store is attached.\n\nLet us keep all mail about it in one folder."),
        files=(plan,),
        folder="Inbox/Projects/2026",
        marks={"categories": ["Project"], "isRead": True},
    )
    builder.send(kickoff)
    signs = Mail(
        "project-signs",
        builder.day(30, 12, 15),
        LYNNE,
        (ADELE,),
        "Signs for the Zürich store",
        "The signs are painted. Shall we deliver on the 3rd or on the 5th?",
        folder="Inbox/Projects/2026/Zürich",
        marks={"flag": {"flagStatus": "flagged"}},
    )
    builder.send(signs)
