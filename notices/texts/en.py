"""Messages in English."""

from notices.models import NoticeKind

_GREETING = "Dear {addressee},\n\n"
_CLOSING = "\n\nKind regards,\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), due {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), was due {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), was due {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), was due {due_date}: {price}",
}

TEXTS = {
    NoticeKind.COURTESY: (
        "Due back soon: loans of {patron}",
        _GREETING + "These loans on the card of {patron} are due back soon:\n\n{items}\n\n"
        "If you'd like to keep them a little longer, you can renew them at {my_page} as long as nobody is waiting."
        + _CLOSING,
    ),
    NoticeKind.OVERDUE_1: (
        "Reminder: overdue loans of {patron}",
        _GREETING + "These loans on the card of {patron} should have been returned:\n\n{items}\n\n"
        "Please return them as soon as you can. The fee for them is now {fees} and grows with time. "
        "If you've returned them already, please ignore this message.\n\n"
        "You can see loans and fees at {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_2: (
        "Second reminder: overdue loans of {patron}",
        _GREETING + "We've written before about these loans on the card of {patron}. They're still not back:\n\n"
        "{items}\n\nThe fee for them is now {fees}. Please return them right away. Otherwise we'll send an invoice "
        "for what it costs to replace them.\n\n"
        "Has something gone missing? Get in touch and we'll find a solution." + _CLOSING,
    ),
    NoticeKind.INVOICE: (
        "Invoice for loans of {patron} that were not returned",
        _GREETING + "Despite our reminders, these loans on the card of {patron} have not been returned. "
        "They now count as lost and have to be replaced:\n\n{items}\n\n"
        "Replacement: {replacement}\nProcessing fee: {processing}\nOverdue fee: {fees}\nTotal: {total}\n\n"
        "If you return the loans, you needn't pay for the replacement; the other fees remain. "
        "You can pay at the library and see the amounts at {my_page}." + _CLOSING,
    ),
    NoticeKind.HOLD_READY: (
        "Ready for you: {title}",
        _GREETING + "{title}, which {patron} has on hold, is ready to be collected at {library}.\n\n"
        "It's on the hold shelf under number {shelf_number} and stays there until {pickup_until}. "
        "If you don't need it any more, please cancel the hold at {my_page} so that the next person can have it."
        + _CLOSING,
    ),
    NoticeKind.HOLD_EXPIRED: (
        "Hold ended: {title}",
        _GREETING + "{title}, which {patron} had on hold, was not collected in time or could not be had before "
        "the hold ran out. The hold has therefore been removed.\n\n"
        "You can place a new hold at {my_page}." + _CLOSING,
    ),
}
