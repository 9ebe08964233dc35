"""The ways of charging of five municipalities, as rule values."""


def steps(*rows):
    return [{first: day, "adult": adult, "child": child} for first, day, adult, child in rows]


def day(number, adult, child):
    return ("from_day", number, adult, child)


AABENRAA = {
    "fee_steps": steps(
        day(1, "20", "0"), day(8, "60", "30"), day(15, "120", "55"), day(30, "230", "120"), day(45, "330", "220")
    ),
    "child_until_age": 14,
    "block_at_debt": "200",
    "notice_steps": [{"kind": "OVERDUE_1", "day": 1}, {"kind": "INVOICE", "day": 30}],
    "replacement_fee": True,
    "hand_over_days": 45,
    "fee_grouping": "DUE_DATE",
}
RDB = {
    "fee_steps": steps(day(1, "20", "10"), day(8, "60", "30"), day(15, "120", "55"), day(31, "230", "120")),
    "child_until_age": 17,
    "block_at_debt": "200",
    "fee_grouping": "DUE_DATE",
}
HELSINGOER = {
    "fee_steps": steps(day(1, "20", "0"), day(11, "120", "10"), day(21, "120", "20"), day(31, "230", "100")),
    "child_until_age": 14,
    "block_at_debt": None,
    "notice_steps": [
        {"kind": "OVERDUE_1", "day": 1},
        {"kind": "OVERDUE_2", "day": 21},
        {"kind": "INVOICE", "day": 31},
    ],
    "processing_fee": "90",
    "fee_grouping": "LOAN_DATE",
}
RUDERSDAL = {
    "fee_steps": steps(
        day(1, "20", "0"), day(8, "50", "10"), day(15, "120", "25"), day(29, "175", "75"), day(66, "230", "120")
    ),
    "child_until_age": 15,
    "block_at_debt": "300",
    "fee_grouping": "LATEST_DATE",
    "recall_overdue": True,
}
BILLUND = {
    "fee_steps": steps(day(1, "20", "10"), day(14, "50", "25"), ("from_month", 1, "200", "50")),
    "child_until_age": 13,
    "block_at_debt": None,
}
