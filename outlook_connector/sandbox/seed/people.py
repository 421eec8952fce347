"""Who writes to whom in the seeded mail: three colleagues and the people outside that they know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A name and an address; `local` people have mailboxes of their own."""

    name: str
    address: str
    local: bool = False


ADELE = Person("Adele Vance", "adele@contoso.example", local=True)
KIM = Person("Kim Akers", "kim@contoso.example", local=True)
NESTOR = Person("Nestor Wilke", "nestor@contoso.example", local=True)
LYNNE = Person("Lynne Robbins", "lynne.robbins@fabrikam.example")
PRADEEP = Person("Pradeep Gupta", "pradeep@tailspintoys.example")
AMIRA = Person("أميرة حداد", "amira.haddad@adatum.example")
NOA = Person("נועה לוי", "noa.levi@litware.example")
HARUTO = Person("佐藤 陽翔", "haruto.sato@wingtiptoys.example")
ELODIE = Person("Élodie Fournier", "elodie.fournier@northwind.example")
JOSE = Person("José Díaz-Müller", "jose@proseware.example")
GRADY = Person("Grady Archie", "grady@alpineski.example")
TRAVEL = Person("Margie's Travel", "news@margiestravel.example")
COFFEE = Person("Fourth Coffee", "hello@fourthcoffee.example")
BILLING = Person("Woodgrove Billing", "no-reply@woodgrovebank.example")
BUILDS = Person("Build Service", "builds@devops.contoso-tools.example")
SUPPORT = Person("Contoso Help Desk", "helpdesk@support.contoso-tools.example")
LUCKY = Person("Prize Department", "winner@lucky-draw.example")
