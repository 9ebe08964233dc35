"""Messages in Danish."""

from notices.models import NoticeKind

_GREETING = "Kære {addressee}\n\n"
_CLOSING = "\n\nVenlig hilsen\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), afleveres senest {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), skulle være afleveret {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), skulle være afleveret {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), skulle være afleveret {due_date}: {price}",
    NoticeKind.RENEWED: "– {title} ({barcode}), afleveres nu senest {due_date}",
    NoticeKind.NOT_RENEWED: "– {title} ({barcode}), afleveres senest {due_date}",
    NoticeKind.OVERDUE_3: "– {title} ({barcode}), skulle være afleveret {due_date}",
    NoticeKind.RECALL: "– {title} ({barcode}), afleveres nu senest {due_date}",
    NoticeKind.RECALL_OVER: "– {title} ({barcode}), afleveres nu senest {due_date}",
    NoticeKind.INVOICE_REMINDER: "– {title} ({barcode}): {price}",
    NoticeKind.DEBT_COLLECTION: "– {title} ({barcode}): {price}",
    NoticeKind.RECEIPT: "– {title} ({barcode}), afleveres senest {due_date}",
    NoticeKind.NEW_TITLES: "– {title}",
}
PAYMENT_LINE = "Betalt: {amount} (kvittering {number})"
HIDDEN_TITLE = "(titlen vises ikke)"

TEXTS = {
    NoticeKind.COURTESY: (
        "Lån til {patron} skal snart afleveres",
        _GREETING + "Disse lån på kortet til {patron} skal snart afleveres:\n\n{items}\n\n"
        "Vil du beholde dem lidt længere, kan du forny dem på {my_page}, så længe ingen andre venter på dem."
        + _CLOSING,
    ),
    NoticeKind.OVERDUE_1: (
        "Påmindelse: lån til {patron} er ikke afleveret",
        _GREETING + "Disse lån på kortet til {patron} skulle have været afleveret:\n\n{items}\n\n"
        "Aflever dem så snart du kan. Gebyret for dem er nu {fees} og stiger, jo længere der går. "
        "Har du allerede afleveret dem, kan du se bort fra denne besked.\n\n"
        "Du kan se lån og gebyrer på {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_2: (
        "Anden påmindelse: lån til {patron} er ikke afleveret",
        _GREETING + "Vi har tidligere skrevet om disse lån på kortet til {patron}. De er stadig ikke afleveret:\n\n"
        "{items}\n\nGebyret for dem er nu {fees}. Aflever dem hurtigst muligt. Gør du ikke det, sender vi en regning "
        "for det, som de koster at erstatte.\n\n"
        "Er noget blevet væk, så kontakt os, så finder vi en løsning." + _CLOSING,
    ),
    NoticeKind.INVOICE: (
        "Regning for lån til {patron}, der ikke er afleveret",
        _GREETING + "Trods flere påmindelser er disse lån på kortet til {patron} ikke afleveret. "
        "De regnes nu for bortkommet og skal erstattes:\n\n{items}\n\n"
        "Erstatning: {replacement}\nEkspeditionsgebyr: {processing}\nGebyr for sen aflevering: {fees}\n"
        "I alt: {total}\n\n"
        "Afleverer du lånene, bortfalder erstatningen. Gebyrerne skal stadig betales. "
        "Du kan betale på biblioteket og se beløbene på {my_page}." + _CLOSING,
    ),
    NoticeKind.HOLD_READY: (
        "Klar til afhentning: {title}",
        _GREETING + "{title}, som {patron} har reserveret, er klar til afhentning på {library}.\n\n"
        "Den står på reserveringshylden med nummer {shelf_number} og kan hentes til og med {pickup_until}. "
        "Har du ikke længere brug for den, så slet gerne reserveringen på {my_page}, så den næste kan få den."
        + _CLOSING,
    ),
    NoticeKind.HOLD_EXPIRED: (
        "Reserveringen er slettet: {title}",
        _GREETING + "{title}, som {patron} havde reserveret, er ikke hentet i tide eller kunne ikke skaffes, "
        "før reserveringen udløb. Reserveringen er derfor slettet.\n\n"
        "Du kan reservere titlen igen på {my_page}." + _CLOSING,
    ),
    NoticeKind.RENEWED: (
        "Fornyet: lån til {patron}",
        _GREETING + "Disse lån på kortet til {patron} er fornyet automatisk:\n\n{items}\n\nDu kan se alle lån på "
        "{my_page}." + _CLOSING,
    ),
    NoticeKind.NOT_RENEWED: (
        "Afleveres snart og ikke fornyet: lån til {patron}",
        _GREETING + "Disse lån på kortet til {patron} kunne ikke fornyes, for eksempel fordi andre venter på "
        "dem:\n\n{items}\n\nAflever dem til tiden. Du kan se alle lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_3: (
        "Hjemkaldelse: lån til {patron} er ikke afleveret",
        _GREETING + "Vi har skrevet flere gange om disse lån på kortet til {patron}. De er stadig ikke "
        "afleveret:\n\n{items}\n\nGebyret for dem er nu {fees}. Bliver de ikke afleveret nu, sender vi en "
        "regning for det, som de koster at erstatte.\n\nEr noget blevet væk, så kontakt os, så finder vi en "
        "løsning." + _CLOSING,
    ),
    NoticeKind.RECALL: (
        "Aflever venligst: lån til {patron}",
        _GREETING + "En anden venter på disse lån på kortet til {patron}. Aflever dem derfor senest den dag, "
        "der står her:\n\n{items}\n\nTak, fordi du hjælper den næste læser. Du kan se alle lån på {my_page}."
        + _CLOSING,
    ),
    NoticeKind.RECALL_OVER: (
        "Kaldes ikke længere hjem: lån til {patron}",
        _GREETING
        + "Vi havde bedt om at få disse lån på kortet til {patron} tilbage før tid. Det er ikke længere nødvendigt, "
        "så du kan beholde dem til den dag, der står her:\n\n{items}\n\nDu kan se alle lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.INVOICE_REMINDER: (
        "Rykker for regning: lån til {patron}",
        _GREETING + "Vores regning for disse lån på kortet til {patron} er ikke betalt endnu:\n\n{items}\n\nMangler at "
        "blive betalt: {total}\n\nBetal regningen, eller aflever lånene. Har du allerede betalt, kan du se "
        "bort fra denne besked. Du kan se beløbene på {my_page}." + _CLOSING,
    ),
    NoticeKind.DEBT_COLLECTION: (
        "Inddrivelse: kortet til {patron}",
        _GREETING + "Trods vores breve er dette på kortet til {patron} ikke betalt:\n\n{items}\n\nMangler at blive "
        "betalt: {total}\n\n{municipality} sender derfor kravet til inddrivelse. Kontakt os, hvis du mener, at der "
        "er sket en fejl." + _CLOSING,
    ),
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Din reservering udløber snart: {title}",
        _GREETING
        + "Reserveringen til {patron} af {title} udløber {interest_until}, for så længe ville du vente.\n\nVil "
        "du stadig gerne have den? Så forlæng reserveringen på {my_page}. Ellers slettes den efter den dag." + _CLOSING,
    ),
    NoticeKind.HOLD_CANCELLED: (
        "Reserveringen er annulleret: {title}",
        _GREETING + "Vi må desværre meddele, at {title}, som {patron} har reserveret, ikke længere kan skaffes. "
        "Reserveringen er derfor slettet.\n\nDu kan finde noget andet på {my_page}." + _CLOSING,
    ),
    NoticeKind.MEMBERSHIP_ENDS: (
        "Dit lånerkort udløber snart",
        _GREETING + "Lånerkortet til {patron} udløber {ends_on}. Efter den dag kan det ikke bruges til lån og "
        "reserveringer.\n\nKom forbi {library}, så fornyer vi det." + _CLOSING,
    ),
    NoticeKind.RECEIPT: (
        "Kvittering fra {library}",
        _GREETING + "Dette blev lånt eller fornyet på kortet til {patron} den {date}:\n\n{items}\n\n{payments}\n\n"
        "Du kan se og forny dine lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.NEW_TITLES: (
        "Nye titler: {search}",
        _GREETING + "Der er nye titler til din gemte søgning ”{search}”. I alt: {total}.\n\n{items}\n\n"
        "Du finder søgningen under ”Mine lister” på {my_page}. Der kan du også afmelde beskederne." + _CLOSING,
    ),
    NoticeKind.DIGEST: (
        "{count} beskeder fra {library}",
        _GREETING + "{messages}" + _CLOSING,
    ),
}

# Short, and of characters of which a text message holds 160; the branch's name follows on a line of its own.
SMS = {
    NoticeKind.COURTESY: "{patron}: {count} lån skal snart afleveres. Forny på {my_page}",
    NoticeKind.RENEWED: "{patron}: {count} lån er fornyet. Se de nye datoer på {my_page}",
    NoticeKind.NOT_RENEWED: "{patron}: {count} lån kunne ikke fornyes. Aflever til tiden. Se {my_page}",
    NoticeKind.OVERDUE_1: (
        "{patron}: {count} lån er ikke afleveret. Gebyr indtil nu {fees}. Aflever snart. Se {my_page}"
    ),
    NoticeKind.OVERDUE_2: (
        "{patron}: anden påmindelse, {count} lån er ikke afleveret. Gebyr indtil nu {fees}. Aflever nu."
    ),
    NoticeKind.OVERDUE_3: (
        "{patron}: sidste påmindelse, {count} lån er ikke afleveret. Gebyr indtil nu {fees}. Næste gang "
        "kommer en regning."
    ),
    NoticeKind.RECALL: "{patron}: {count} lån kaldes hjem, en anden venter. Se den nye dato på {my_page}",
    NoticeKind.RECALL_OVER: "{patron}: {count} lån skal alligevel ikke afleveres før tid. Se den nye dato på {my_page}",
    NoticeKind.HOLD_READY: "Klar til {patron}: {title}. Hylde {shelf_number}, til og med {pickup_until}.",
    NoticeKind.HOLD_EXPIRED: "Reserveringen til {patron} af {title} er slettet.",
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Reserveringen til {patron} af {title} udløber {interest_until}. Forlæng på {my_page}"
    ),
    NoticeKind.HOLD_CANCELLED: "{title} kan desværre ikke skaffes. Reserveringen til {patron} er slettet.",
    NoticeKind.MEMBERSHIP_ENDS: "Lånerkortet til {patron} udløber {ends_on}. Kom forbi, så fornyer vi det.",
    NoticeKind.NEW_TITLES: "Nye titler til din søgning {search}: {total}. Se {my_page}",
    NoticeKind.DIGEST: "{messages}",
}
