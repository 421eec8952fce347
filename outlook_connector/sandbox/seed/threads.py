"""Conversations between colleagues and with people outside, as a table that `conversations` plays."""

from dataclasses import dataclass

from outlook_connector.sandbox.seed.people import (
    ADELE,
    ELODIE,
    GRADY,
    JOSE,
    KIM,
    LYNNE,
    NESTOR,
    PRADEEP,
    Person,
)


@dataclass(frozen=True)
class Line:
    """One mail of a thread: who writes, to whom, after how many hours, and what."""

    sender: Person
    to: tuple[Person, ...]
    hours: float
    text: str


@dataclass(frozen=True)
class Thread:
    """A conversation: `days` before the reference its first mail went out."""

    name: str
    subject: str
    days: int
    lines: tuple[Line, ...]
    folder: str = "inbox"
    html: bool = True


THREADS = (
    Thread(
        "budget",
        "Budget for next year",
        21,
        (
            Line(
                KIM,
                (ADELE, NESTOR),
                0,
                "Please send me your numbers for next year by the 15th.\n\nThe template is the same as last time.",
            ),
            Line(
                ADELE,
                (KIM,),
                3,
                "Mine are nearly done. Are travel costs part of it, or are they booked centrally?",
            ),
            Line(KIM, (ADELE,), 4, "Centrally, from January on. Leave the line empty."),
            Line(NESTOR, (KIM, ADELE), 26, "Here are mine. I have added one more engineer for the web shop."),
            Line(
                KIM,
                (NESTOR, ADELE),
                30,
                "Thank you both! I'll put everything together before the board meets.",
            ),
        ),
    ),
    Thread(
        "store-opening",
        "Opening of the Zürich store",
        33,
        (
            Line(NESTOR, (ADELE, KIM), 0, "The landlord has signed. We can open in the first week of July."),
            Line(ADELE, (NESTOR, KIM), 1.5, "Wonderful news! I will talk to the decorators today."),
            Line(
                ADELE,
                (ELODIE, NESTOR),
                5,
                "Hello Élodie,\n\ncould you offer us the shelves for 420 m², as in Genève?",
            ),
            Line(
                ELODIE,
                (ADELE, NESTOR),
                28,
                "Chère Adele,\n\navec plaisir! You will have our offer on Monday. Is the façade part of it?",
            ),
            Line(ADELE, (ELODIE,), 30, "Yes please, façade and door handles too."),
        ),
        folder="Inbox/Projects/2026",
    ),
    Thread(
        "toy-samples",
        "Samples for the autumn range",
        17,
        (
            Line(
                PRADEEP,
                (ADELE,),
                0,
                "Dear Adele,\n\nthe samples left our warehouse this morning: 14 boxes, the wooden trains on top.",
            ),
            Line(ADELE, (PRADEEP,), 2, "Thank you, Pradeep! Which carrier was it?"),
            Line(PRADEEP, (ADELE,), 3, "Consolidated Messenger, number 7731-4402."),
            Line(ADELE, (PRADEEP, KIM), 50, "All 14 have arrived. Kim, the invoice can be paid."),
        ),
        folder="Inbox/Suppliers",
    ),
    Thread(
        "contract",
        "Framework agreement: second draft",
        27,
        (
            Line(LYNNE, (KIM, NESTOR), 0, "Please find our changes below. Only clause 7 is still open."),
            Line(KIM, (LYNNE, NESTOR), 6, "Clause 7: we can accept thirty days, not sixty."),
            Line(NESTOR, (LYNNE, KIM), 7, "And liability must be mutual."),
            Line(
                LYNNE,
                (KIM, NESTOR),
                29,
                "Thirty days and mutual liability are fine with us. I'll send the clean copy.",
            ),
            Line(KIM, (LYNNE,), 31, "Perfect. We sign on Tuesday."),
        ),
        folder="Inbox/Contracts",
    ),
    Thread(
        "outage",
        "Web shop is slow",
        9,
        (
            Line(ADELE, (NESTOR,), 0, "Customers say that the basket takes ten seconds. Is something wrong?"),
            Line(
                NESTOR,
                (ADELE, KIM),
                0.4,
                "We see it too. A certificate of the payment service has expired; they are on it.",
            ),
            Line(NESTOR, (ADELE, KIM), 1.7, "Fixed. Everything has been fast again since 11:20."),
            Line(ADELE, (NESTOR,), 2, "Great, thank you for the quick help! 🚀"),
        ),
        html=False,
    ),
    Thread(
        "interview",
        "Interview on Tuesday",
        13,
        (
            Line(NESTOR, (KIM,), 0, "Could you join the interview with Miriam on Tuesday at 14:00?"),
            Line(KIM, (NESTOR,), 1, "Yes. Shall I take the part about finance?"),
            Line(NESTOR, (KIM,), 1.2, "Please do. Twenty minutes are enough."),
            Line(
                KIM,
                (NESTOR, ADELE),
                29,
                "She was excellent. I would make her an offer. Adele, what do you think?",
            ),
            Line(ADELE, (KIM, NESTOR), 31, "I agree. She knows more about stores than all of us."),
        ),
    ),
    Thread(
        "ski",
        "Ski weekend for the team",
        6,
        (
            Line(
                ADELE,
                (GRADY,),
                0,
                "Hello Grady,\n\nwhat would a weekend for twelve people cost at the end of January?",
            ),
            Line(
                GRADY,
                (ADELE,),
                4,
                "Hi Adele! 240 € a person with half board and lift passes. Twelve beds are free on the last weekend.",
            ),
            Line(ADELE, (KIM, NESTOR), 5, "I have an offer for the ski weekend: 240 € a person. All right?"),
            Line(KIM, (ADELE,), 6, "Fine with me."),
        ),
    ),
    Thread(
        "spanish-site",
        "Traducción de la web",
        24,
        (
            Line(
                JOSE, (ADELE,), 0, "¡Hola Adele!\n\nTe mando las páginas que faltan: ¿cuándo las publicáis?"
            ),
            Line(ADELE, (JOSE, NESTOR), 5, "Gracias, José. Nestor, when can they go live?"),
            Line(NESTOR, (JOSE, ADELE), 8, "Tomorrow morning, if the texts are final."),
            Line(JOSE, (NESTOR, ADELE), 9, "Lo son. Un saludo desde Málaga, José"),
        ),
        folder="Inbox/Suppliers",
    ),
    Thread(
        "parking",
        "Parking spaces",
        45,
        (
            Line(KIM, (ADELE, NESTOR), 0, "We lose two parking spaces in March. Who could do without?"),
            Line(NESTOR, (KIM, ADELE), 1, "I come by bicycle anyway."),
            Line(ADELE, (KIM, NESTOR), 2, "You can have mine on Mondays and Fridays."),
        ),
        html=False,
    ),
    Thread(
        "security",
        "Security training: please finish by Friday",
        38,
        (
            Line(NESTOR, (ADELE, KIM), 0, "The training is online now and takes 25 minutes."),
            Line(KIM, (NESTOR,), 22, "Done. The part about invoices is really good."),
            Line(ADELE, (NESTOR,), 27, "Done as well."),
        ),
    ),
    Thread(
        "complaint",
        "Broken lamp (order 20418)",
        11,
        (
            Line(LYNNE, (ADELE,), 0, "One of the lamps arrived broken. The box looked fine from outside."),
            Line(
                ADELE,
                (LYNNE,),
                1,
                "I am sorry! A new one leaves today; please keep the broken one for the carrier.",
            ),
            Line(LYNNE, (ADELE,), 48, "It is here and it shines. Thank you for the quick help."),
        ),
    ),
    Thread(
        "warehouse",
        "Stocktaking in the warehouse",
        60,
        (
            Line(ADELE, (NESTOR, KIM), 0, "Stocktaking is on the 30th. I need two people from each team."),
            Line(NESTOR, (ADELE,), 4, "Isaiah and Debra will come."),
            Line(KIM, (ADELE,), 5, "From us Henrietta and me. I like counting."),
            Line(ADELE, (NESTOR, KIM), 6, "Thank you! Coffee and rolls will be there at seven."),
        ),
        folder="archive",
    ),
)
