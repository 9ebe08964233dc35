"""Messages in Swedish."""

from notices.models import NoticeKind

_GREETING = "Hej {addressee}!\n\n"
_CLOSING = "\n\nVänliga hälsningar\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), lämnas senast {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), skulle ha lämnats {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), skulle ha lämnats {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), skulle ha lämnats {due_date}: {price}",
    NoticeKind.RENEWED: "– {title} ({barcode}), lämnas nu senast {due_date}",
    NoticeKind.NOT_RENEWED: "– {title} ({barcode}), lämnas senast {due_date}",
    NoticeKind.OVERDUE_3: "– {title} ({barcode}), skulle ha lämnats {due_date}",
    NoticeKind.RECALL: "– {title} ({barcode}), lämnas nu senast {due_date}",
    NoticeKind.RECALL_OVER: "– {title} ({barcode}), lämnas nu senast {due_date}",
    NoticeKind.INVOICE_REMINDER: "– {title} ({barcode}): {price}",
    NoticeKind.DEBT_COLLECTION: "– {title} ({barcode}): {price}",
    NoticeKind.RECEIPT: "– {title} ({barcode}), lämnas senast {due_date}",
    NoticeKind.NEW_TITLES: "– {title}",
}
PAYMENT_LINE = "Betalt: {amount} (kvitto {number})"
HIDDEN_TITLE = "(titeln visas inte)"

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
    NoticeKind.RENEWED: (
        "Omlånat: lån för {patron}",
        _GREETING + "De här lånen på kortet för {patron} har lånats om automatiskt:\n\n{items}\n\nDu ser alla lån på "
        "{my_page}." + _CLOSING,
    ),
    NoticeKind.NOT_RENEWED: (
        "Lämnas snart och inte omlånat: lån för {patron}",
        _GREETING + "De här lånen på kortet för {patron} kunde inte lånas om, till exempel för att någon annan står i "
        "kö:\n\n{items}\n\nLämna dem i tid. Du ser alla lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_3: (
        "Sista påminnelsen: lån för {patron} är försenade",
        _GREETING + "Vi har skrivit flera gånger om de här lånen på kortet för {patron}. De är fortfarande inte "
        "återlämnade:\n\n{items}\n\nFörseningsavgiften är nu {fees}. Lämnas de inte nu skickar vi en räkning "
        "på vad det kostar att ersätta dem.\n\nHar något kommit bort? Hör av dig, så hittar vi en lösning." + _CLOSING,
    ),
    NoticeKind.RECALL: (
        "Lämna tillbaka: lån för {patron}",
        _GREETING + "Någon annan väntar på de här lånen på kortet för {patron}. Lämna dem därför senest den dag som "
        "står här:\n\n{items}\n\nTack för att du hjälper nästa läsare. Du ser alla lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.RECALL_OVER: (
        "Återkallas inte längre: lån för {patron}",
        _GREETING
        + "Vi hade bett att få tillbaka de här lånen på kortet för {patron} i förtid. Det behövs inte längre, så du "
        "får behålla dem till och med den dag som står här:\n\n{items}\n\nDu ser alla lån på {my_page}." + _CLOSING,
    ),
    NoticeKind.INVOICE_REMINDER: (
        "Påminnelse om räkning: lån för {patron}",
        _GREETING + "Vår räkning för de här lånen på kortet för {patron} är inte betald än:\n\n{items}\n\nKvar att "
        "betala: {total}\n\nBetala den eller lämna tillbaka lånen. Har du redan betalat kan du bortse från "
        "det här meddelandet. Du ser beloppen på {my_page}." + _CLOSING,
    ),
    NoticeKind.DEBT_COLLECTION: (
        "Inkasso: kortet för {patron}",
        _GREETING + "Trots våra brev är det här på kortet för {patron} inte betalt:\n\n{items}\n\nKvar att "
        "betala: {total}\n\n{municipality} lämnar därför kravet till inkasso. Hör av dig till oss om du tror att "
        "något har blivit fel." + _CLOSING,
    ),
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Din reservation går snart ut: {title}",
        _GREETING
        + "Reservationen för {patron} på {title} går ut {interest_until}, för så länge ville du vänta.\n\nVill "
        "du fortfarande ha den? Förläng då reservationen på {my_page}. Annars tas den bort efter den dagen." + _CLOSING,
    ),
    NoticeKind.HOLD_CANCELLED: (
        "Reservationen är avbruten: {title}",
        _GREETING + "Tyvärr går det inte längre att få fram {title}, som {patron} har reserverat. Därför har vi tagit "
        "bort reservationen.\n\nDu kan leta efter något annat på {my_page}." + _CLOSING,
    ),
    NoticeKind.MEMBERSHIP_ENDS: (
        "Ditt lånekort går snart ut",
        _GREETING + "Lånekortet för {patron} går ut {ends_on}. Efter den dagen kan det inte användas för lån och "
        "reservationer.\n\nKom förbi {library} så förlänger vi det." + _CLOSING,
    ),
    NoticeKind.RECEIPT: (
        "Kvitto från {library}",
        _GREETING + "Det här lånades eller lånades om på kortet för {patron} den {date}:\n\n{items}\n\n{payments}\n\n"
        "Du ser dina lån och lånar om dem på {my_page}." + _CLOSING,
    ),
    NoticeKind.NEW_TITLES: (
        "Nya titlar: {search}",
        _GREETING + "Det finns nya titlar för din sparade sökning ”{search}”. Totalt: {total}.\n\n{items}\n\n"
        "Du hittar sökningen under ”Mina listor” på {my_page}. Där kan du också avstå från meddelandena." + _CLOSING,
    ),
    NoticeKind.DIGEST: (
        "{count} meddelanden från {library}",
        _GREETING + "{messages}" + _CLOSING,
    ),
}

# Short, and of characters of which a text message holds 160; the branch's name follows on a line of its own.
SMS = {
    NoticeKind.COURTESY: "{patron}: {count} lån ska snart lämnas. Låna om på {my_page}",
    NoticeKind.RENEWED: "{patron}: {count} lån är omlånade. Se de nya datumen på {my_page}",
    NoticeKind.NOT_RENEWED: "{patron}: {count} lån kunde inte lånas om. Lämna i tid. Se {my_page}",
    NoticeKind.OVERDUE_1: "{patron}: {count} lån är försenade. Avgift hittills {fees}. Lämna snart. Se {my_page}",
    NoticeKind.OVERDUE_2: "{patron}: andra påminnelsen, {count} lån är försenade. Avgift hittills {fees}. Lämna nu.",
    NoticeKind.OVERDUE_3: (
        "{patron}: sista påminnelsen, {count} lån är försenade. Avgift hittills {fees}. Härnäst kommer en räkning."
    ),
    NoticeKind.RECALL: "{patron}: {count} lån återkrävs, någon annan väntar. Se det nya datumet på {my_page}",
    NoticeKind.RECALL_OVER: "{patron}: {count} lån behöver ändå inte lämnas i förtid. Se det nya datumet på {my_page}",
    NoticeKind.HOLD_READY: "Att hämta för {patron}: {title}. Hylla {shelf_number}, till och med {pickup_until}.",
    NoticeKind.HOLD_EXPIRED: "Reservationen för {patron} på {title} är borttagen.",
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Reservationen för {patron} på {title} går ut {interest_until}. Förläng på {my_page}"
    ),
    NoticeKind.HOLD_CANCELLED: "{title} går tyvärr inte att få fram. Reservationen för {patron} är borttagen.",
    NoticeKind.MEMBERSHIP_ENDS: "Lånekortet för {patron} går ut {ends_on}. Kom förbi så förlänger vi det.",
    NoticeKind.NEW_TITLES: "Nya titlar för din sökning {search}: {total}. Se {my_page}",
    NoticeKind.DIGEST: "{messages}",
}
