"""Builds MARC records for tests, right or wrong in chosen places."""

from collections.abc import Sequence

LEADER = "00000nam a2200000 a 4500"
NOVEL = (
    ("001", "20260001"),
    ("003", "FI-TEST"),
    ("005", "20260102030405.0"),
    ("008", "260102s2024    fi           |000 1|fin| "),
    ("020", "  $a9789510433904$qsidottu"),
    ("100", "1 $aTähti, Aino,$ekirjoittaja."),
    ("245", "10$aYön äänet :$bromaani /$cAino Tähti."),
    ("264", " 1$aHelsinki :$bÖljykustannus,$c2024."),
    ("300", "  $a312 sivua ;$c21 cm"),
)
DANISH_NOVEL = (
    ("001", "00$a50000011$b870970$c20260102030405$d20260101$fa"),
    ("004", "00$rn$ae"),
    ("008", "00$tm$a2024$bdk$ldan$v0"),
    ("009", "00$aa$gxx"),
    ("021", "00$e9788702407006$chf."),
    ("100", "00$aØrsted$hÅse"),
    ("245", "00$aDen ¤blå æblehave$croman"),
    ("260", "00$a[Kbh.]$bGyldendal$c2024"),
    ("300", "00$a312 sider"),
    ("652", "00$osk"),
)


def iso2709(fields: Sequence[tuple[str, str]], *, leader: str = LEADER, encoding: str = "utf-8") -> bytes:
    """Return the record in ISO 2709; `$` begins a subfield."""
    return iso2709_of_bytes([(tag, text.replace("$", "\x1f").encode(encoding)) for tag, text in fields], leader=leader)


def iso2709_of_bytes(fields: Sequence[tuple[str, bytes]], *, leader: str = LEADER) -> bytes:
    """Return the record in ISO 2709, its fields in whatever encoding they are."""
    directory, body = b"", b""
    for tag, content in fields:
        directory += tag.encode() + b"%04d%05d" % (len(content) + 1, len(body))
        body += content + b"\x1e"
    base = 24 + len(directory) + 1
    head = b"%05d" % (base + len(body) + 1) + leader[5:12].encode() + b"%05d" % base + leader[17:24].encode()
    return head + directory + b"\x1e" + body + b"\x1d"


def marcxml(fields: Sequence[tuple[str, str]], *, leader: str = LEADER, prefix: str = "") -> bytes:
    """Return the record as an XML element without declarations of its own."""
    parts = [f"<{prefix}record><{prefix}leader>{leader}</{prefix}leader>"]
    for tag, text in fields:
        indicators, *subfields = text.split("$")
        if not subfields:
            parts.append(f'<{prefix}controlfield tag="{tag}">{text}</{prefix}controlfield>')
            continue
        parts.append(f'<{prefix}datafield tag="{tag}" ind1="{indicators[0]}" ind2="{indicators[1]}">')
        parts += [f'<{prefix}subfield code="{sub[0]}">{sub[1:]}</{prefix}subfield>' for sub in subfields]
        parts.append(f"</{prefix}datafield>")
    parts.append(f"</{prefix}record>")
    return "".join(parts).encode()


def collection(*records: bytes, namespace: str = "http://www.loc.gov/MARC21/slim", prefix: str = "") -> bytes:
    """Return an XML file of records."""
    declared = f"xmlns:{prefix.rstrip(':')}" if prefix else "xmlns"
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}collection {declared}="{namespace}">\n'
    return head.encode() + b"\n".join(records) + f"\n</{prefix}collection>\n".encode()


def aleph(fields: Sequence[tuple[str, str]], *, number: str = "000000017") -> bytes:
    """Return the record in Aleph sequential."""
    lines = [f"{number} LDR   L ^^^^^nam^a2200000^a^4500"]
    for tag, text in fields:
        indicators, content = (text[:2], text[2:].replace("$", "$$")) if "$" in text else ("  ", text)
        if tag == "008":
            content = content.replace(" ", "^")
        lines.append(f"{number} {tag}{indicators} L {content}")
    return ("\n".join(lines) + "\n").encode()
