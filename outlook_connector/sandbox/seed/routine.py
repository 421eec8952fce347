"""What fills every mailbox: newsletters, invoices, reports, alerts, receipts, and a little junk."""

from collections.abc import Callable
from typing import Any

from outlook_connector.sandbox.seed import files
from outlook_connector.sandbox.seed.builder import Builder, File, Mail, paragraphs
from outlook_connector.sandbox.seed.people import (
    ADELE,
    BILLING,
    BUILDS,
    COFFEE,
    KIM,
    LUCKY,
    NESTOR,
    SUPPORT,
    TRAVEL,
)

_COFFEES = ("Huehuetenango", "Yirgacheffe", "Sumatra", "Tarrazú", "Santos", "Nariño", "Sidamo", "Kona")
_PLACES = ("Porto", "Ljubljana", "Tromsø", "Palermo", "Gdańsk", "Bruges", "Málaga", "Tallinn")
_OTHER = {"inferenceClassification": "other"}


def fill(builder: Builder) -> None:
    """Stores all of it."""
    for part in _PARTS:
        part(builder)


def _coffee(builder: Builder) -> None:
    for week, coffee in enumerate(_COFFEES):
        picture = File(
            "beans.png", "image/png", files.png(94, 60 + week * 9, 30), f"beans{week}@fourthcoffee"
        )
        pixel = File("pixel.gif", "image/gif", files.gif(), f"pixel{week}@fourthcoffee")
        html = (
            f'<html><body><img src="cid:beans{week}@fourthcoffee" alt=""><h2>Coffee of the week: {coffee}</h2>'
            f"<p>250 g for {7 + week % 3}.90 €, roasted on Monday.</p>"
            f'<p><a href="https://fourthcoffee.example/shop/{week}">To the shop</a></p>'
            f'<img src="cid:pixel{week}@fourthcoffee" width="1" height="1" alt=""></body></html>'
        )
        mail = Mail(
            f"coffee-{week}",
            builder.day(2 + week * 7, 5, 30),
            COFFEE,
            (ADELE, NESTOR),
            f"Coffee of the week: {coffee}",
            html,
            files=(picture, pixel),
            marks=_OTHER,
        )
        builder.send(mail)


def _travel(builder: Builder) -> None:
    for week, place in enumerate(_PLACES):
        html = f"<html><body><h1>{place} &amp; more</h1><p>From €{89 + week * 10}.</p></body></html>"
        subject = f"This week: {place}"
        folder = "inbox" if week % 2 else "Inbox/Newsletters"
        mail = Mail(
            f"travel-{week}",
            builder.day(10 + week * 9, 6),
            TRAVEL,
            (ADELE, KIM),
            subject,
            html,
            marks=_OTHER,
            folder=folder,
        )
        builder.send(mail)


def _invoices(builder: Builder) -> None:
    for number in range(10):
        name = f"INV-{2081 + number}"
        late = number % 4 == 3
        marks: dict[str, Any] = {"categories": ["Finance", "Red category"] if late else ["Finance"]}
        if late:
            marks |= {"flag": {"flagStatus": "flagged"}, "importance": "high"}
        mail = Mail(
            f"invoice-{number}",
            builder.day(3 + number * 8, 7, 45),
            BILLING,
            (KIM,),
            f"Reminder: invoice {name} is overdue" if late else f"Invoice {name}",
            paragraphs(f"Your invoice {name} over {1240 + number * 37}.50 € is attached."),
            files=(File(f"{name}.pdf", "application/pdf", files.pdf(name)),),
            marks=marks,
            folder="inbox" if number < 4 else "Inbox/Finance/Invoices",
        )
        builder.send(mail)


def _status(builder: Builder) -> None:
    for week in range(12):
        rows: list[tuple[object, ...]] = [("Task", "Days"), ("Shop", 3 + week % 3), ("Tills", 5 - week % 4)]
        mail = Mail(
            f"status-{week}",
            builder.day(4 + week * 7, 16),
            NESTOR,
            (ADELE, KIM),
            f"Status report, week {12 - week}",
            f"Done: {3 + week % 4} tasks.\nOpen: {9 - week % 5} tasks.\nRisks: none that we know of.",
            html=False,
            files=(File("status.csv", "text/csv", files.csv(rows)),),
            folder="inbox" if week < 5 else "archive",
            marks={"categories": ["Project"]},
        )
        builder.send(mail)


def _builds(builder: Builder) -> None:
    for number in range(16):
        failed = number % 5 == 0
        mail = Mail(
            f"build-{number}",
            builder.day(1 + number * 4, 3, 12),
            BUILDS,
            (NESTOR,),
            f"[{'FAILED' if failed else 'passed'}] webshop/main #{1840 - number}",
            f"Build #{1840 - number} of webshop/main {'failed in step test' if failed else 'passed'}.\n"
            f"Duration: {4 + number % 3} min {number * 7 % 60} s",
            html=False,
            marks={"importance": "high" if failed else "normal", **_OTHER},
            headers=(("X-Build-Number", str(1840 - number)), ("Auto-Submitted", "auto-generated")),
            folder="inbox" if failed else "Inbox/Builds",
        )
        builder.send(mail)


def _tickets(builder: Builder) -> None:
    owners = (ADELE, KIM, NESTOR)
    topics = (
        "Printer on floor 2",
        "New laptop",
        "Access to the archive",
        "Phone without sound",
        "VPN is slow",
    )
    for number in range(15):
        done = number % 3 == 1
        flag = {"flag": {"flagStatus": "complete"}} if done else {}
        mail = Mail(
            f"ticket-{number}",
            builder.day(2 + number * 5, 13, number),
            SUPPORT,
            (owners[number % 3],),
            f"[T-{5200 + number}] {topics[number % 5]}: {'solved' if done else 'we are on it'}",
            paragraphs(f"Your request T-{5200 + number} is {'solved' if done else 'being worked on'}."),
            marks=flag,
        )
        builder.send(mail)


def _notes(builder: Builder) -> None:
    topics = ("Shift plan", "Window display", "Returns", "Tills", "Music licence", "Key for the safe")
    for number in range(12):
        sender, receiver = ((ADELE, NESTOR), (KIM, ADELE), (NESTOR, KIM))[number % 3]
        topic, first = topics[number % 6], receiver.name.split(" ")[0]
        mail = Mail(
            f"note-{number}",
            builder.day(1 + number * 6, 15, 4 * number),
            sender,
            (receiver,),
            f"{topic}: a short question",
            f"Hi {first},\n\nis everything settled for next week ({topic.lower()})?\n\nThanks!",
            html=bool(number % 2),
        )
        builder.send(mail)


def _junk(builder: Builder) -> None:
    for number, owner in enumerate((ADELE, KIM, NESTOR, ADELE)):
        mail = Mail(
            f"junk-{number}",
            builder.day(2 + number * 3, 2, 2),
            LUCKY,
            (owner,),
            "You have WON!!! Claim $1,000,000 now",
            "<p>Dear winner,</p><script>alert(1)</script><p onclick='steal()'>click <b>here</b></p>",
            folder="junkemail",
            marks={"isRead": False, **_OTHER},
        )
        builder.send(mail)


def _drafts(builder: Builder) -> None:
    drafts = (
        ("draft-idea", ADELE, (), "Idea for the window", "Snow made of paper, and all lamps on."),
        ("draft-raise", NESTOR, (KIM,), "Salary review", "Dear Kim,\n\nI would like to talk about"),
        ("draft-speech", KIM, (), "Notes for the summer party", "1. Thanks\n2. Figures\n3. Cake"),
    )
    for number, (name, owner, to, subject, text) in enumerate(drafts):
        builder.draft(Mail(name, builder.day(3 + number, 17, 20), owner, to, subject, text, html=False))


_PARTS: tuple[Callable[[Builder], None], ...] = (
    _coffee,
    _travel,
    _invoices,
    _status,
    _builds,
    _tickets,
    _notes,
    _junk,
    _drafts,
)
