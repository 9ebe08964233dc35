"""The country codes of MARC's own list, each with the country's code in ISO 3166, which danMARC2 has.

The list tells states and provinces of some countries apart; those stand by themselves, with what they call themselves.
"""

from collections.abc import Mapping

COUNTRY_CODES: Mapping[str, str] = {
    code: territory
    for code, _, territory in (
        each.partition(":")
        for each in """
        aa:AL ae:DZ af:AF ag:AR ai:AM aj:AZ am:AI an:AD ao:AO aq:AG as:AS at:AU au:AT aw:AW ay:AQ ba:BH bb:BB bd:BI
        be:BE bf:BS bg:BD bh:BZ bi:IO bl:BR bm:BM bn:BA bo:BO bp:SB br:MM bs:BW bt:BT bu:BG bv:BV bw:BY bx:BN ca:BQ
        cb:KH cc:CN cd:TD ce:LK cf:CG cg:CD ch:TW ci:HR cj:KY ck:CO cl:CL cm:CM co:CW cq:KM cr:CR cu:CU cv:CV cw:CK
        cx:CF cy:CY dk:DK dm:BJ dq:DM dr:DO ea:ER ec:EC eg:GQ em:TL er:EE es:SV et:ET fa:FO fg:GF fi:FI fj:FJ fk:FK
        fm:FM fp:PF fr:FR fs:TF ft:DJ gb:KI gd:GD gg:GG gh:GH gi:GI gl:GL gm:GM go:GA gp:GP gr:GR gs:GE gt:GT gu:GU
        gv:GN gw:DE gy:GY hm:HM ho:HN ht:HT hu:HU ic:IS ie:IE ii:IN im:IM io:ID iq:IQ ir:IR is:IL it:IT iv:CI ja:JP
        je:JE jm:JM jo:JO ke:KE kg:KG kn:KP ko:KR ku:KW kv:XK kz:KZ lb:LR le:LB lh:LI li:LT lo:LS ls:LA lu:LU lv:LV
        ly:LY mc:MC mf:MU mg:MG mj:MS mk:OM ml:ML mm:MT mo:ME mp:MN mq:MQ mr:MA mu:MR mv:MD mw:MW mx:MX my:MY mz:MZ
        ne:NL ng:NE nl:NC nn:VU no:NO np:NP nq:NI nr:NG nu:NR nw:MP nx:NF nz:NZ ot:YT pc:PN pe:PE pg:GW ph:PH pk:PK
        pl:PL pn:PA po:PT pp:PG pr:PR pw:PW py:PY qa:QA rb:RS re:RE rh:ZW rm:RO ru:RU rw:RW sa:ZA sc:BL sd:SS se:SC
        sf:ST sg:SN si:SG sj:SD sl:SL sm:SM sn:SX so:SO sp:ES sq:SZ sr:SR ss:EH st:MF su:SA sw:SE sx:NA sy:SY sz:CH
        ta:TJ tc:TC tg:TG th:TH ti:TN tk:TM tl:TK to:TO tr:TT ts:AE tu:TR tv:TV tz:TZ ua:EG ug:UG un:UA uv:BF uy:UY
        uz:UZ vb:VG vc:VA ve:VE vi:VI vm:VN wf:WF ws:WS xa:CX xb:CC xc:MV xd:KN xe:MH xh:NU xj:SH xk:LC xl:PM xm:VC
        xn:MK xo:SK xr:CZ xs:GS xv:SI xxc:CA xxk:GB xxu:US ye:YE za:ZM
        """.split()
    )
}
# Code, country, own name; the country is left out where the list leaves it open.
PART_CODES: Mapping[str, tuple[str, str]] = {
    code: (territory.strip("-"), name)
    for code, territory, name in (
        line.split(maxsplit=2)
        for line in """
        aca AU Australian Capital Territory
        qea AU Queensland
        tma AU Tasmania
        vra AU Victoria
        wea AU Western Australia
        xga AU Coral Sea Islands
        xna AU New South Wales
        xoa AU Northern Territory
        xra AU South Australia
        abc CA Alberta
        bcc CA British Columbia
        mbc CA Manitoba
        nfc CA Newfoundland and Labrador
        nkc CA New Brunswick
        nsc CA Nova Scotia
        ntc CA Northwest Territories
        nuc CA Nunavut
        onc CA Ontario
        pic CA Prince Edward Island
        quc CA Québec
        snc CA Saskatchewan
        ykc CA Yukon
        sh ES Ceuta y Melilla
        enk GB England
        nik GB Northern Ireland
        stk GB Scotland
        uik GB British Isles
        wlk GB Wales
        gz PS Gaza
        wj PS West Bank
        ji UM Johnston Atoll
        uc UM Caribbean Islands
        up UM Pacific Islands
        wk UM Wake Island
        xf UM Midway Islands
        aku US Alaska
        alu US Alabama
        aru US Arkansas
        azu US Arizona
        cau US California
        cou US Colorado
        ctu US Connecticut
        dcu US District of Columbia
        deu US Delaware
        flu US Florida
        gau US Georgia
        hiu US Hawaii
        iau US Iowa
        idu US Idaho
        ilu US Illinois
        inu US Indiana
        ksu US Kansas
        kyu US Kentucky
        lau US Louisiana
        mau US Massachusetts
        mdu US Maryland
        meu US Maine
        miu US Michigan
        mnu US Minnesota
        mou US Missouri
        msu US Mississippi
        mtu US Montana
        nbu US Nebraska
        ncu US North Carolina
        ndu US North Dakota
        nhu US New Hampshire
        nju US New Jersey
        nmu US New Mexico
        nvu US Nevada
        nyu US New York
        ohu US Ohio
        oku US Oklahoma
        oru US Oregon
        pau US Pennsylvania
        riu US Rhode Island
        scu US South Carolina
        sdu US South Dakota
        tnu US Tennessee
        txu US Texas
        utu US Utah
        vau US Virginia
        vtu US Vermont
        wau US Washington
        wiu US Wisconsin
        wvu US West Virginia
        wyu US Wyoming
        pf - Paracel Islands
        xp - Spratly Islands
        """.strip().splitlines()
    )
}
VARIOUS_PLACES, NO_PLACE = "vp", "xx"
# Withdrawn, and right in older records.
FORMER_COUNTRY_CODES = frozenset(
    """
    ac air ajr bwr cn cp cs cz err ge gn gsr hk iu iw iy jn kgr kzr lir ln lvr mh mvr na nm pt rur ry sb sk sv tar tkr
    tt ui uk unr ur us uzr vn vs wb xi xxr ys yu
    """.split()
)
# Countries and parts of them that ISO 3166 has and MARC's list hasn't, and those that it had.
_ISO_BESIDES = frozenset("ax eh hk mo ps sj um".split())
_ISO_FORMER = frozenset("an bu cs dd su tp yu zr".split())
ISO_CODES = frozenset(territory.lower() for territory in COUNTRY_CODES.values()) | _ISO_BESIDES
KNOWN_COUNTRY_CODES = frozenset({*COUNTRY_CODES, *PART_CODES, *FORMER_COUNTRY_CODES, VARIOUS_PLACES, NO_PLACE})
KNOWN_ISO_CODES = ISO_CODES | _ISO_FORMER | {NO_PLACE}
