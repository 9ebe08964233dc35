"""Messages in Danish."""

from notices.models import NoticeKind

_GREETING = "Kære {addressee}\n\n"
_CLOSING = "\n\nVenlig hilsen\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), afleveres senest {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), skulle være afleveret {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), skulle være afleveret {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), skulle være afleveret {due_date}: {price}",
}

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
}
