"""Messages in Finnish."""

from notices.models import NoticeKind

_GREETING = "Hei {addressee}\n\n"
_CLOSING = "\n\nYstävällisin terveisin\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), palautettava viimeistään {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), eräpäivä oli {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), eräpäivä oli {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), eräpäivä oli {due_date}: {price}",
}

TEXTS = {
    NoticeKind.COURTESY: (
        "Eräpäivä lähestyy: {patron}",
        _GREETING + "Näiden lainojen eräpäivä lähestyy. Kortin haltija: {patron}.\n\n{items}\n\n"
        "Jos haluat pitää lainat pidempään, voit uusia ne osoitteessa {my_page}, ellei kukaan jonota niitä." + _CLOSING,
    ),
    NoticeKind.OVERDUE_1: (
        "Muistutus myöhässä olevista lainoista: {patron}",
        _GREETING + "Näiden lainojen eräpäivä on mennyt. Kortin haltija: {patron}.\n\n{items}\n\n"
        "Palauta lainat mahdollisimman pian. Myöhästymismaksu on nyt {fees}, ja se kasvaa ajan myötä. "
        "Jos olet jo palauttanut lainat, tämä viesti on aiheeton.\n\n"
        "Näet lainat ja maksut osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_2: (
        "Toinen muistutus myöhässä olevista lainoista: {patron}",
        _GREETING + "Olemme muistuttaneet näistä lainoista aiemmin, mutta niitä ei ole palautettu. "
        "Kortin haltija: {patron}.\n\n{items}\n\nMyöhästymismaksu on nyt {fees}. Palauta lainat heti, kun voit. "
        "Muuten lähetämme laskun niiden korvaamisesta.\n\n"
        "Onko jotain kadonnut? Ota yhteyttä, niin sovimme asiasta." + _CLOSING,
    ),
    NoticeKind.INVOICE: (
        "Lasku palauttamattomista lainoista: {patron}",
        _GREETING + "Näitä lainoja ei ole palautettu muistutuksista huolimatta. Kortin haltija: {patron}. "
        "Lainat katsotaan nyt kadonneiksi, ja ne on korvattava:\n\n{items}\n\n"
        "Korvaus: {replacement}\nKäsittelymaksu: {processing}\nMyöhästymismaksu: {fees}\nYhteensä: {total}\n\n"
        "Jos palautat lainat, korvausta ei tarvitse maksaa, mutta muut maksut jäävät voimaan. "
        "Voit maksaa kirjastossa ja tarkistaa summat osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.HOLD_READY: (
        "Noudettavissa: {title}",
        _GREETING + "Varauksesi {title} on noudettavissa. Noutopaikka: {library}. Varaaja: {patron}.\n\n"
        "Varaus on noutohyllyssä numerolla {shelf_number}. Viimeinen noutopäivä on {pickup_until}. "
        "Jos et enää tarvitse varausta, poista se osoitteessa {my_page}, niin seuraava jonottaja saa sen." + _CLOSING,
    ),
    NoticeKind.HOLD_EXPIRED: (
        "Varaus on poistettu: {title}",
        _GREETING + "Varausta {title} ei noudettu ajoissa, tai sitä ei saatu ennen varauksen päättymistä. "
        "Siksi varaus on poistettu. Varaaja: {patron}.\n\n"
        "Voit varata teoksen uudelleen osoitteessa {my_page}." + _CLOSING,
    ),
}
