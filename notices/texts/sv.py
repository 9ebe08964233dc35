"""Messages in Swedish."""

from notices.models import NoticeKind

_GREETING = "Hej {addressee}!\n\n"
_CLOSING = "\n\nVänliga hälsningar\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), lämnas senast {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), skulle ha lämnats {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), skulle ha lämnats {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), skulle ha lämnats {due_date}: {price}",
}

TEXTS = {
    NoticeKind.COURTESY: (
        "Dags att lämna tillbaka snart: lån för {patron}",
        _GREETING + "De här lånen på kortet för {patron} ska snart lämnas tillbaka:\n\n{items}\n\n"
        "Vill du ha kvar dem lite längre kan du låna om dem på {my_page}, så länge ingen annan står i kö." + _CLOSING,
    ),
    NoticeKind.OVERDUE_1: (
        "Påminnelse: lån för {patron} är försenade",
        _GREETING + "De här lånen på kortet för {patron} skulle ha lämnats tillbaka:\n\n{items}\n\n"
        "Lämna dem så snart du kan. Förseningsavgiften är nu {fees} och stiger med tiden. "
        "Har du redan lämnat dem kan du bortse från det här meddelandet.\n\n"
        "Du ser dina lån och avgifter på {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_2: (
        "Andra påminnelsen: lån för {patron} är försenade",
        _GREETING + "Vi har skrivit tidigare om de här lånen på kortet för {patron}. De är fortfarande inte "
        "återlämnade:\n\n{items}\n\nFörseningsavgiften är nu {fees}. Lämna dem så snart som möjligt. "
        "Annars skickar vi en räkning på vad det kostar att ersätta dem.\n\n"
        "Har något kommit bort? Hör av dig, så hittar vi en lösning." + _CLOSING,
    ),
    NoticeKind.INVOICE: (
        "Räkning för lån som inte har lämnats tillbaka: {patron}",
        _GREETING + "Trots flera påminnelser har de här lånen på kortet för {patron} inte lämnats tillbaka. "
        "De räknas nu som borttappade och ska ersättas:\n\n{items}\n\n"
        "Ersättning: {replacement}\nExpeditionsavgift: {processing}\nFörseningsavgift: {fees}\nSumma: {total}\n\n"
        "Lämnar du tillbaka lånen faller ersättningen bort, men avgifterna ska ändå betalas. "
        "Du kan betala på biblioteket och se beloppen på {my_page}." + _CLOSING,
    ),
    NoticeKind.HOLD_READY: (
        "Att hämta: {title}",
        _GREETING + "{title}, som {patron} har reserverat, finns att hämta på {library}.\n\n"
        "Den står på hyllan för reservationer med nummer {shelf_number} och kan hämtas till och med {pickup_until}. "
        "Behöver du den inte längre? Ta gärna bort reservationen på {my_page}, så får nästa i kön den." + _CLOSING,
    ),
    NoticeKind.HOLD_EXPIRED: (
        "Reservationen är borttagen: {title}",
        _GREETING + "{title}, som {patron} hade reserverat, hämtades inte i tid eller kunde inte skaffas fram innan "
        "reservationen gick ut. Därför har vi tagit bort reservationen.\n\n"
        "Du kan reservera titeln igen på {my_page}." + _CLOSING,
    ),
}
