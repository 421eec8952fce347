"""Published ids in Adele's mailbox that documents, examples and tests may quote: they never change.

All are immutable ids (`Prefer: IdType="ImmutableId"`), which every path takes whatever the caller prefers.

- `QUARTERLY_REPORT`: unread, of high importance, from Kim to Adele, in Inbox, with a PDF and a CSV file
- `LUNCH_THREAD`: the latest of a thread of three, from Kim to Lynne (outside) and Nestor, Adele in copy
- `NEWSLETTER`: HTML from outside with one inline picture, `cid:skyline@margiestravel`
- `DRAFT`: in Drafts, to Grady (outside) with Kim in copy, ready to send
- `PROJECT_FOLDER`: the folder `Inbox/Projects/2026`, which holds `PROJECT_KICKOFF`, from Nestor with a text file
"""

ADELE = "adele@contoso.example"
KIM = "kim@contoso.example"
NESTOR = "nestor@contoso.example"

QUARTERLY_REPORT = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0ArV3ErZdDDRn-KopzMdwODh1_edR0QLfiq90irgvlP_D4AAA="
QUARTERLY_REPORT_PDF = (
    "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0ArV3ErZdDDRn-KopzMdwODh1_edR0QLfiq90irgvlP_D4"
    "H0AdD2Kl0ZYwGln1eKeyxNsCHSawPc5gBEgAQAA=="
)
QUARTERLY_REPORT_CSV = (
    "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0ArV3ErZdDDRn-KopzMdwODh1_edR0QLfiq90irgvlP_D4"
    "qvAEcLvcrL4lkqRskcNF4NYUaUS9CWMiBEgAQAA=="
)
LUNCH_THREAD = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AansVCVXzwHZ-GqfPpPakw1v_rNWlOu0eBQrJhV1lfv83AAA="
LUNCH_CONVERSATION = "AAQkADt-ca5q7SJkQtMkHjNuBFK2pcKFeVcXeAAQAfOk89mw2zEB-FJGxHCplDbu_dh1xauYmUTJU="
NEWSLETTER = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0Ae9VDD8X84VJ-lYVJfUgvIge_iAC39MInjjsh0hAs2KD1AAA="
DRAFT = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0ANUeOgl_9P1q-FknPHLnfk8u_vDg_iXplypGwuJcQcG_bAAA="
PROJECT_FOLDER = (
    "AAMkADsESMt7JRJNAchTQa_tfqSFHPfEpzJxNuAuAAAAAAELOFLwRCIcA-Qvz_vfXgZB4_OToGhN-9Y9wREmgD748OAAAA=="
)
PROJECT_KICKOFF = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AbHHky9tlVWi-ljWkd3SCus2_LYHN2wFPoxPPA5jmoFPKAAA="
