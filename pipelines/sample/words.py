"""Word lists of the sample. Companies and persons are made up; only institutions are real."""


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


GIVEN_NAMES = _words(
    "Aaliyah Adrian Aisha Alejandra Alex Amara Amir Ana Andre Anika Asha Ava Bao Beatriz Bianca Brandon Caleb Camila "
    "Carlos Chen Chidi Chloe Claire Connor Dalia Daniel Darius David Destiny Diego Elena Eli Emeka Emily Emma Esther "
    "Ethan Fatima Felix Gabriela Grace Hana Hannah Hassan Hiro Imani Ines Isaac Isabel Ivan Jada Jamal Jasmine Javier "
    "Jin Joana Jordan Jose Julia Kai Karim Kayla Keisha Kenji Kevin Khadija Kiara Lamar Layla Leila Lena Leo Liam Lin "
    "Lucia Luis Maya Malik Marcus Maria Mariam Mateo Mei Mia Miguel Mina Nadia Naomi Natalia Nia Nikhil Noah Noor "
    "Olivia Omar Oscar Paula Priya Quinn Rafael Rania Ravi Rosa Ruth Ryan Sadia Samir Sara Sofia Sunita Tariq Tessa "
    "Thanh Tiana Tomas Uma Valeria Victor Vivian Wei Xavier Yara Yusuf Zainab Zara Zoe",
)
FAMILY_NAMES = _words(
    "Abara Abdi Acosta Adeyemi Aguilar Ahmed Akhtar Alvarez Amari Anand Arroyo Bailey Banerjee Barnes Bell Bennett "
    "Bianchi Brooks Bryant Campos Carter Castillo Chang Chavez Coleman Cooper Cruz Dasgupta Delgado Desai Diallo Diaz "
    "Douglas Duarte Ellis Espinoza Evans Farah Fernandes Fields Flores Foster Franklin Garcia Gomez Grant Greene "
    "Gupta Guzman Hall Haddad Hamilton Harris Hayes Henry Hernandez Hoang Huang Hughes Ibrahim Ito Jackson James "
    "Jenkins Jimenez Johnson Jordan Joshi Kamara Kapoor Kaur Kelly Khan Kim Kowalski Kumar Lam Lawson Le Lee Lewis Li "
    "Lopez Lozano Marsh Martin Mbeki Medina Mehta Mendez Mitchell Mohamed Molina Moore Morales Mwangi Nair Nakamura "
    "Navarro Nelson Ng Nguyen Njoroge Novak Okafor Olsen Ortega Osei Owens Pacheco Palmer Park Patel Pena Perez Pham "
    "Phillips Quintero Rahman Ramos Reed Reyes Rivera Rojas Ross Salazar Santos Sato Shah Silva Simmons Singh Soto "
    "Suarez Sullivan Tanaka Taylor Thomas Torres Tran Tucker Turner Usman Valdez Vargas Vega Vu Walker Wang Ward "
    "Washington Watkins Weber West Williams Wong Wright Yang Yilmaz Young Zamora Zhang",
)

COMPANY_FIRST = _words(
    "Alder Amberly Arclight Ashgrove Birchline Bluefen Brightmoor Calderon Cedarfall Cinderpeak Clearwell Copperlane "
    "Crestwick Dovetail Driftmark Eastmere Elmhurst Emberstone Fairhaven Fernbridge Foxglen Galeforth Glasswing "
    "Goldenrod Granitefield Greyfriar Harborlight Hawkridge Hazelwick Highmarsh Hollowbrook Ironleaf Juniper Kestrel "
    "Keystream Lakemont Larkspur Lindenhall Longmeadow Maplecrest Marrowgate Millstone Moonharbor Mossbank Northfen "
    "Oakrill Orchardway Otterbrook Palegrove Pebblecreek Pinewarden Quillstone Redthistle Ridgeway Riverbirch "
    "Rookwood Saltmarsh Sandpiper Silverfern Skylarker Slatehill Sorrel Southmere Springvale Starling Stonecrop "
    "Sundial Tallgrass Tamarack Thornbury Tidewell Timberline Umberfield Valewood Violetta Westerling Whitecap "
    "Willowmere Windrose Wrenfield Yarrow Zephyrine",
)
COMPANY_LAST = {
    "51": ("Software", "Systems", "Media", "Data"),
    "54": ("Partners", "Advisory", "Consulting", "Research"),
    "52": ("Capital", "Financial", "Mutual", "Credit Union"),
    "62": ("Health", "Care Network", "Clinics", "Wellness"),
    "31": ("Foods", "Beverage", "Mills", "Textiles"),
    "33": ("Instruments", "Manufacturing", "Robotics", "Components"),
    "44": ("Outfitters", "Market", "Home Goods", "Stores"),
    "61": ("Learning", "Education Group", "Academy", "Tutoring"),
    "48": ("Logistics", "Freight", "Transit", "Supply"),
    "23": ("Builders", "Construction", "Engineering", "Homes"),
    "72": ("Hospitality", "Kitchens", "Hotels", "Resorts"),
    "81": ("Foundation", "Alliance", "Association", "Community Trust"),
}
INDUSTRIES = {
    "51": ("513210", "518210", "516210"),
    "54": ("541611", "541613", "541715"),
    "52": ("523940", "524113", "522130"),
    "62": ("621111", "622110", "621498"),
    "31": ("311812", "312112", "314999"),
    "33": ("334516", "333998", "336390"),
    "44": ("455110", "445110", "449129"),
    "61": ("611710", "611691", "611310"),
    "48": ("488510", "484121", "485113"),
    "23": ("236220", "237310", "238210"),
    "72": ("721110", "722511", "722310"),
    "81": ("813319", "813211", "813910"),
}
SIZE_BANDS = ("1-49", "50-249", "250-999", "1000-4999", "5000+")

STATES = _words(
    "CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ MA TN IN MO MD WI CO MN SC AL LA KY OR OK CT UT IA NV AR MS KS NM NE ID "
    "WV HI NH ME RI MT DE SD ND AK DC VT WY",
)

CATEGORIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "sales": ("Sales", "41-3091", ("Map prospects in", "Draft a call script for", "Qualify accounts in")),
    "marketing": ("Marketing", "13-1161", ("Plan a campaign for", "Audit the website of", "Survey customers of")),
    "research": ("Strategy", "13-1161", ("Compare competitors in", "Size the market for", "Summarise regulation of")),
    "content": ("Communications", "27-3043", ("Write case studies for", "Edit guides for", "Outline articles on")),
    "data_entry": ("Operations", "43-9021", ("Clean the records of", "Tag the archive of", "Check the listings of")),
    "finance": ("Finance", "13-2051", ("Model the costs of", "Reconcile invoices of", "Benchmark prices in")),
    "hr": ("People", "13-1071", ("Review job postings for", "Draft onboarding for", "Map skills in")),
    "it": ("Technology", "15-1254", ("Test the app for", "Script reports for", "Document systems of")),
    "social_media": ("Marketing", "27-3031", ("Schedule posts for", "Analyse followers of", "Shoot short videos for")),
    "lead_generation": ("Sales", "41-3091", ("Build a contact list for", "Verify leads in", "Score accounts in")),
}
SUBJECTS = _words(
    "the spring launch,regional partners,a new product line,small businesses,alumni donors,the holiday season,"
    "supply partners,member clubs,the west region,new customers,public agencies,the loyalty programme,field teams,"
    "the partner network,summer events,online orders,community clinics,returning clients",
    separator=",",
)
COMPANY_DEPARTMENTS = (
    "Marketing",
    "Sales",
    "Strategy",
    "Operations",
    "Finance",
    "People",
    "Technology",
    "Communications",
)

MAJORS: dict[str, tuple[tuple[str, float], ...]] = {
    "business": (
        ("52.0201", 3.0),
        ("52.1401", 2.5),
        ("52.0301", 1.6),
        ("52.0801", 1.8),
        ("52.1001", 0.8),
        ("52.1804", 0.5),
    ),
    "communication": (("09.0101", 1.8), ("09.0902", 1.0), ("09.0401", 0.7), ("50.0409", 0.6), ("23.0101", 1.1)),
    "computing": (("11.0701", 2.2), ("11.0103", 1.2), ("30.7001", 0.6), ("27.0101", 0.7), ("11.0401", 0.4)),
    "engineering": (("14.1901", 1.0), ("14.0801", 0.6), ("14.1001", 0.8), ("15.0000", 0.3)),
    "social": (
        ("42.0101", 2.0),
        ("45.1001", 1.4),
        ("45.0601", 1.3),
        ("45.1101", 1.0),
        ("54.0101", 0.6),
        ("44.0701", 0.4),
    ),
    "science": (("26.0101", 2.0), ("40.0501", 0.6), ("51.0000", 1.0), ("51.2201", 0.8), ("03.0103", 0.5)),
    "arts": (
        ("50.0701", 0.6),
        ("24.0101", 0.9),
        ("05.0107", 0.3),
        ("38.0101", 0.3),
        ("13.1202", 0.7),
        ("16.0905", 0.4),
    ),
}
AFFINITY: dict[str, tuple[float, ...]] = {
    "sales": (3.0, 1.6, 0.6, 0.6, 1.0, 0.5, 0.7),
    "marketing": (2.6, 2.6, 0.6, 0.3, 1.0, 0.5, 1.1),
    "research": (1.6, 1.0, 0.9, 0.8, 1.9, 1.6, 0.9),
    "content": (0.9, 3.2, 0.3, 0.2, 1.3, 0.6, 2.0),
    "data_entry": (1.2, 0.8, 1.7, 0.9, 1.1, 1.2, 0.9),
    "finance": (3.4, 0.2, 1.3, 0.9, 0.8, 0.4, 0.2),
    "hr": (1.8, 1.2, 0.3, 0.2, 2.2, 0.5, 0.8),
    "it": (0.5, 0.3, 4.2, 2.6, 0.3, 0.7, 0.3),
    "social_media": (1.8, 3.0, 0.4, 0.2, 0.9, 0.5, 1.6),
    "lead_generation": (2.6, 1.3, 0.6, 0.4, 1.0, 0.5, 0.6),
}
"""How readily a major group (in the order of MAJORS) applies to a category."""

PLATFORM_STAGES = {
    "applied": ("Submitted", 1),
    "reviewed": ("Viewed", 2),
    "shortlisted": ("Favourite", 3),
    "interviewed": ("Conversation", 4),
    "selected": ("Selected", 5),
    "rejected": ("Not selected", 9),
    "withdrawn": ("Withdrawn", 8),
    "reopened": ("Reopened", 2),
    "expired": ("Closed", 9),
}

ATS_STAGES: dict[str, dict[str, tuple[str, int]]] = {
    "greenhouse": {
        "applied": ("Application Review", 1),
        "reviewed": ("Preliminary Phone Screen", 2),
        "interviewed": ("Face to Face", 3),
        "offered": ("Offer", 4),
        "hired": ("Hired", 5),
        "rejected": ("Rejected", 9),
        "withdrawn": ("Candidate withdrew", 9),
        "unhired": ("Offer", 4),
        "unrejected": ("Application Review", 1),
    },
    "lever": {
        "applied": ("New applicant", 10),
        "reviewed": ("Phone interview", 30),
        "interviewed": ("On-site interview", 40),
        "offered": ("Offer", 50),
        "hired": ("Hired", 60),
        "rejected": ("Archived: underqualified", 99),
        "withdrawn": ("Archived: withdrew", 99),
        "unhired": ("Offer", 50),
        "unrejected": ("New applicant", 10),
    },
    "workday": {
        "applied": ("Review", 1),
        "reviewed": ("Screen", 2),
        "interviewed": ("Interview", 3),
        "offered": ("Offer Extended", 5),
        "hired": ("Ready for Hire", 6),
        "rejected": ("Declined by Company", 8),
        "withdrawn": ("Declined by Candidate", 8),
        "unhired": ("Offer Extended", 5),
        "unrejected": ("Review", 1),
    },
}
ATS_SYSTEMS = tuple(ATS_STAGES)
EMPLOYMENT_WORDS: dict[str, tuple[str, str]] = {
    "greenhouse": ("Full-time", "Intern"),
    "lever": ("Regular Full Time (Salary)", "Internship"),
    "workday": ("Regular", "Intern (Fixed Term)"),
}
"""Each system's word for full-time work, and for a longer internship."""
OWN_WORDS = ("Graduate Rotation", "Summer Analyst")
"""Words of one employer's own, that mean the same as its system's two."""
OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "greenhouse": ("Part-time", "Contract"),
    "lever": ("Part Time", "Contractor"),
    "workday": ("Temporary", "Seasonal"),
}
JOB_TITLES = ("Analyst", "Associate", "Coordinator", "Specialist")
CREDITED_SOURCES = (
    "Company website",
    "Referral",
    "Job board",
    "Campus event",
    "Micro-internship platform",
    "Recruiter",
)
ELSEWHERE_NAMES = tuple(f"{first} {last}" for first in COMPANY_FIRST[40:60] for last in ("Holdings", "Group", "Labs"))
