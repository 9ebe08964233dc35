"""Messages in Finnish."""

from notices.models import NoticeKind

_GREETING = "Hei {addressee}\n\n"
_CLOSING = "\n\nYstävällisin terveisin\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), palautettava viimeistään {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), eräpäivä oli {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), eräpäivä oli {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), eräpäivä oli {due_date}: {price}",
    NoticeKind.RENEWED: "– {title} ({barcode}), uusi eräpäivä {due_date}",
    NoticeKind.NOT_RENEWED: "– {title} ({barcode}), palautettava viimeistään {due_date}",
    NoticeKind.OVERDUE_3: "– {title} ({barcode}), eräpäivä oli {due_date}",
    NoticeKind.RECALL: "– {title} ({barcode}), uusi eräpäivä {due_date}",
    NoticeKind.RECALL_OVER: "– {title} ({barcode}), uusi eräpäivä {due_date}",
    NoticeKind.INVOICE_REMINDER: "– {title} ({barcode}): {price}",
    NoticeKind.DEBT_COLLECTION: "– {title} ({barcode}): {price}",
    NoticeKind.RECEIPT: "– {title} ({barcode}), palautettava viimeistään {due_date}",
    NoticeKind.NEW_TITLES: "– {title}",
}
PAYMENT_LINE = "Maksettu: {amount} (kuitti {number})"
HIDDEN_TITLE = "(nimekettä ei näytetä)"

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
    NoticeKind.RENEWED: (
        "Lainat on uusittu: {patron}",
        _GREETING
        + "Nämä lainat on uusittu automaattisesti. Kortin haltija: {patron}.\n\n{items}\n\nNäet kaikki lainat "
        "osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.NOT_RENEWED: (
        "Eräpäivä lähestyy, lainoja ei voitu uusia: {patron}",
        _GREETING + "Näitä lainoja ei voitu uusia esimerkiksi siksi, että joku jonottaa niitä. Kortin haltija: "
        "{patron}.\n\n{items}\n\nPalauta lainat ajoissa. Näet kaikki lainat osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_3: (
        "Viimeinen muistutus myöhässä olevista lainoista: {patron}",
        _GREETING + "Olemme muistuttaneet näistä lainoista useita kertoja, mutta niitä ei ole palautettu. Kortin "
        "haltija: {patron}.\n\n{items}\n\nMyöhästymismaksu on nyt {fees}. Jos lainoja ei palauteta nyt, "
        "lähetämme laskun niiden korvaamisesta.\n\nOnko jotain kadonnut? Ota yhteyttä, niin sovimme asiasta."
        + _CLOSING,
    ),
    NoticeKind.RECALL: (
        "Palauta nämä lainat: {patron}",
        _GREETING
        + "Joku muu odottaa näitä lainoja, joten ne on palautettava viimeistään mainittuna päivänä. Kortin haltija: "
        "{patron}.\n\n{items}\n\nKiitos, että autat seuraavaa lukijaa. Näet kaikki lainat osoitteessa "
        "{my_page}." + _CLOSING,
    ),
    NoticeKind.RECALL_OVER: (
        "Lainoja ei tarvitse palauttaa aiemmin: {patron}",
        _GREETING
        + "Pyysimme palauttamaan nämä lainat ennen eräpäivää. Se ei ole enää tarpeen, joten voit pitää ne mainittuun "
        "päivään asti. Kortin haltija: {patron}.\n\n{items}\n\nNäet kaikki lainat osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.INVOICE_REMINDER: (
        "Maksumuistutus palauttamattomista lainoista: {patron}",
        _GREETING + "Laskuamme näistä lainoista ei ole vielä maksettu. Kortin haltija: "
        "{patron}.\n\n{items}\n\nMaksamatta: {total}\n\nMaksa lasku tai palauta lainat. Jos olet jo "
        "maksanut, tämä viesti on aiheeton. Näet summat osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.DEBT_COLLECTION: (
        "Perintä: {patron}",
        _GREETING + "Kirjeistämme huolimatta seuraavaa ei ole maksettu. Kortin haltija: {patron}.\n\n{items}\n\n"
        "Maksamatta: {total}\n\n{municipality} siirtää siksi saatavan perintään. Ota yhteyttä, jos "
        "saatavassa on mielestäsi virhe." + _CLOSING,
    ),
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Varauksesi päättyy pian: {title}",
        _GREETING + "Varaus {title} päättyy {interest_until}, koska halusit odottaa siihen asti. Varaaja: "
        "{patron}.\n\nHaluatko sen edelleen? Jatka varausta osoitteessa {my_page}. Muuten varaus poistetaan "
        "sen päivän jälkeen." + _CLOSING,
    ),
    NoticeKind.HOLD_CANCELLED: (
        "Varaus on peruttu: {title}",
        _GREETING
        + "Valitettavasti teosta {title} ei enää saada. Siksi varaus on poistettu. Varaaja: {patron}.\n\nVoit "
        "etsiä muuta osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.MEMBERSHIP_ENDS: (
        "Kirjastokorttisi vanhenee pian",
        _GREETING
        + "Kirjastokortin voimassaolo päättyy {ends_on}. Kortin haltija: {patron}. Sen jälkeen kortilla ei voi "
        "lainata eikä varata.\n\nTule käymään: {library}. Uusimme kortin." + _CLOSING,
    ),
    NoticeKind.RECEIPT: (
        "Kuitti kirjastosta {library}",
        _GREETING + "Nämä lainattiin tai uusittiin {date}. Kortin haltija: {patron}.\n\n{items}\n\n{payments}\n\n"
        "Näet lainasi ja voit uusia ne osoitteessa {my_page}." + _CLOSING,
    ),
    NoticeKind.NEW_TITLES: (
        "Uusia nimekkeitä: {search}",
        _GREETING + "Tallennettuun hakuusi ”{search}” on tullut uusia nimekkeitä. Yhteensä: {total}.\n\n{items}\n\n"
        "Löydät haun kohdasta ”Omat listat” osoitteessa {my_page}. Siellä voit myös lopettaa viestit." + _CLOSING,
    ),
    NoticeKind.DIGEST: (
        "{count} viestiä kirjastosta {library}",
        _GREETING + "{messages}" + _CLOSING,
    ),
}

# Short, and of characters of which a text message holds 160; the branch's name follows on a line of its own.
SMS = {
    NoticeKind.COURTESY: "{patron}: {count} lainan eräpäivä lähestyy. Uusi osoitteessa {my_page}",
    NoticeKind.RENEWED: "{patron}: {count} lainaa uusittu. Uudet eräpäivät: {my_page}",
    NoticeKind.NOT_RENEWED: "{patron}: {count} lainaa ei voitu uusia. Palauta ajoissa. Katso {my_page}",
    NoticeKind.OVERDUE_1: "{patron}: {count} lainaa myöhässä. Maksu nyt {fees}. Palauta pian. Katso {my_page}",
    NoticeKind.OVERDUE_2: "{patron}: toinen muistutus, {count} lainaa myöhässä. Maksu nyt {fees}. Palauta heti.",
    NoticeKind.OVERDUE_3: (
        "{patron}: viimeinen muistutus, {count} lainaa myöhässä. Maksu nyt {fees}. Seuraavaksi tulee lasku."
    ),
    NoticeKind.RECALL: "{patron}: {count} lainaa palautettava aiemmin, joku odottaa. Uusi eräpäivä: {my_page}",
    NoticeKind.RECALL_OVER: "{patron}: {count} lainaa ei tarvitse palauttaa aiemmin. Uusi eräpäivä: {my_page}",
    NoticeKind.HOLD_READY: (
        "Noudettavissa, {patron}: {title}. Hylly {shelf_number}, viimeinen noutopäivä {pickup_until}."
    ),
    NoticeKind.HOLD_EXPIRED: "Varaus {title} on poistettu. Varaaja: {patron}.",
    NoticeKind.HOLD_INTEREST_ENDS: "Varaus {title} päättyy {interest_until}. Varaaja: {patron}. Jatka: {my_page}",
    NoticeKind.HOLD_CANCELLED: "Teosta {title} ei saada. Varaus on poistettu. Varaaja: {patron}.",
    NoticeKind.MEMBERSHIP_ENDS: "Kirjastokortti vanhenee {ends_on}. Kortin haltija: {patron}. Tule uusimaan kortti.",
    NoticeKind.NEW_TITLES: "Uusia nimekkeitä hakuun {search}: {total}. Katso {my_page}",
    NoticeKind.DIGEST: "{messages}",
}
