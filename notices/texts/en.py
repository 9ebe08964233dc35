"""Messages in English."""

from notices.models import NoticeKind

_GREETING = "Dear {addressee},\n\n"
_CLOSING = "\n\nKind regards,\n{library}\n{library_address}\n{library_phone}\n{library_email}"

ITEM_LINES = {
    NoticeKind.COURTESY: "– {title} ({barcode}), due {due_date}",
    NoticeKind.OVERDUE_1: "– {title} ({barcode}), was due {due_date}",
    NoticeKind.OVERDUE_2: "– {title} ({barcode}), was due {due_date}",
    NoticeKind.INVOICE: "– {title} ({barcode}), was due {due_date}: {price}",
    NoticeKind.RENEWED: "– {title} ({barcode}), now due {due_date}",
    NoticeKind.NOT_RENEWED: "– {title} ({barcode}), due {due_date}",
    NoticeKind.OVERDUE_3: "– {title} ({barcode}), was due {due_date}",
    NoticeKind.RECALL: "– {title} ({barcode}), now due {due_date}",
    NoticeKind.RECALL_OVER: "– {title} ({barcode}), now due {due_date}",
    NoticeKind.INVOICE_REMINDER: "– {title} ({barcode}): {price}",
    NoticeKind.DEBT_COLLECTION: "– {title} ({barcode}): {price}",
    NoticeKind.RECEIPT: "– {title} ({barcode}), due {due_date}",
    NoticeKind.NEW_TITLES: "– {title}",
}
PAYMENT_LINE = "Paid: {amount} (receipt {number})"
HIDDEN_TITLE = "(title not shown)"

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
    NoticeKind.RENEWED: (
        "Renewed: loans of {patron}",
        _GREETING
        + "These loans on the card of {patron} have been renewed by themselves:\n\n{items}\n\nYou can see all "
        "loans at {my_page}." + _CLOSING,
    ),
    NoticeKind.NOT_RENEWED: (
        "Due back soon and not renewed: loans of {patron}",
        _GREETING
        + "These loans on the card of {patron} could not be renewed, for instance because somebody is waiting "
        "for them:\n\n{items}\n\nPlease return them in time. You can see all loans at {my_page}." + _CLOSING,
    ),
    NoticeKind.OVERDUE_3: (
        "Last reminder: overdue loans of {patron}",
        _GREETING + "We've written more than once about these loans on the card of {patron}. They're still not "
        "back:\n\n{items}\n\nThe fee for them is now {fees}. If they aren't returned now, you'll get an "
        "invoice for what it costs to replace them.\n\nHas something gone missing? Get in touch and we'll "
        "find a solution." + _CLOSING,
    ),
    NoticeKind.RECALL: (
        "Please return: loans of {patron}",
        _GREETING + "Somebody else is waiting for these loans on the card of {patron}. Please return them by "
        "the day given here:\n\n{items}\n\nThank you for helping the next reader. You can see all "
        "loans at {my_page}." + _CLOSING,
    ),
    NoticeKind.RECALL_OVER: (
        "No longer called back: loans of {patron}",
        _GREETING
        + "We had asked for these loans on the card of {patron} to come back early. That isn't needed any more, so you "
        "may keep them until the day given here:\n\n{items}\n\nYou can see all loans at {my_page}." + _CLOSING,
    ),
    NoticeKind.INVOICE_REMINDER: (
        "Reminder of an invoice: loans of {patron}",
        _GREETING + "Our invoice for these loans on the card of {patron} has not been paid yet:\n\n{items}\n\nStill to "
        "be paid: {total}\n\nPlease pay it, or return the loans. If you've paid already, please ignore this "
        "message. You can see the amounts at {my_page}." + _CLOSING,
    ),
    NoticeKind.DEBT_COLLECTION: (
        "Debt collection: the card of {patron}",
        _GREETING + "In spite of our letters, this is still owed for the card of {patron}:\n\n{items}\n\nStill to be "
        "paid: {total}\n\n{municipality} therefore hands the claim over to debt collection. Get in touch with us if "
        "you think that something is wrong." + _CLOSING,
    ),
    NoticeKind.HOLD_INTEREST_ENDS: (
        "Your hold ends soon: {title}",
        _GREETING + "The hold of {patron} on {title} ends on {interest_until}, for it has lasted as long as you wanted "
        "to wait.\n\nWould you still like it? Then extend the hold at {my_page}. If you don't, it's removed "
        "after that day." + _CLOSING,
    ),
    NoticeKind.HOLD_CANCELLED: (
        "Hold cancelled: {title}",
        _GREETING + "We're sorry: {title}, which {patron} has on hold, can't be had any more. The hold has therefore "
        "been removed.\n\nYou can look for something else at {my_page}." + _CLOSING,
    ),
    NoticeKind.MEMBERSHIP_ENDS: (
        "Your library card ends soon",
        _GREETING + "The library card of {patron} ends on {ends_on}. After that day it can't be used for loans and "
        "holds.\n\nCome by at {library} and we'll renew it." + _CLOSING,
    ),
    NoticeKind.RECEIPT: (
        "Receipt from {library}",
        _GREETING + "This was borrowed or renewed on the card of {patron} on {date}:\n\n{items}\n\n{payments}\n\n"
        "You can see and renew your loans at {my_page}." + _CLOSING,
    ),
    NoticeKind.NEW_TITLES: (
        "New titles: {search}",
        _GREETING + "New titles fit your saved search “{search}”. In all: {total}.\n\n{items}\n\n"
        "You'll find the search under “My lists” at {my_page}. There you can also stop these messages." + _CLOSING,
    ),
    NoticeKind.DIGEST: (
        "{count} messages from {library}",
        _GREETING + "{messages}" + _CLOSING,
    ),
}

# Short, and of characters of which a text message holds 160; the branch's name follows on a line of its own.
SMS = {
    NoticeKind.COURTESY: "{patron}: {count} due back soon. Renew at {my_page}",
    NoticeKind.RENEWED: "{patron}: {count} renewed. See the new dates at {my_page}",
    NoticeKind.NOT_RENEWED: "{patron}: {count} could not be renewed. Please return in time. See {my_page}",
    NoticeKind.OVERDUE_1: "{patron}: {count} overdue. Fee so far {fees}. Please return soon. See {my_page}",
    NoticeKind.OVERDUE_2: "{patron}: second reminder, {count} overdue. Fee so far {fees}. Please return now.",
    NoticeKind.OVERDUE_3: "{patron}: last reminder, {count} overdue. Fee so far {fees}. Next is an invoice.",
    NoticeKind.RECALL: "{patron}: {count} recalled, somebody is waiting. See the new date at {my_page}",
    NoticeKind.RECALL_OVER: "{patron}: {count} needn't come back early after all. See the new date at {my_page}",
    NoticeKind.HOLD_READY: "Ready for {patron}: {title}. Shelf {shelf_number}, until {pickup_until}.",
    NoticeKind.HOLD_EXPIRED: "The hold of {patron} on {title} has ended.",
    NoticeKind.HOLD_INTEREST_ENDS: "The hold of {patron} on {title} ends {interest_until}. Extend it at {my_page}",
    NoticeKind.HOLD_CANCELLED: "Sorry, {title} can't be had. The hold of {patron} is cancelled.",
    NoticeKind.MEMBERSHIP_ENDS: "The library card of {patron} ends {ends_on}. Come by and we'll renew it.",
    NoticeKind.NEW_TITLES: "New titles for your search {search}: {total}. See {my_page}",
    NoticeKind.DIGEST: "{messages}",
}
