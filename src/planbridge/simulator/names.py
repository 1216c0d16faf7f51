"""Invented names, streets, towns and employers that the simulated plans and people are made of."""

FIRST_NAMES = (
    "Ada", "Anaïs", "André", "Ava", "Beatriz", "Björn", "Caleb", "Chloé", "D'Andre", "Daniela", "David", "Deshawn",
    "Eleanor", "Elías", "Emma", "Fatima", "François", "Grace", "Hannah", "Héctor", "Imani", "Isabel", "Jack", "Jamal",
    "Jean-Luc", "José", "Kai", "Keisha", "Lena", "Liam", "Lucía", "Malik", "Mary-Kate", "Mei", "Mia", "Noah", "Noor",
    "Olivia", "Owen", "Priya", "Quinn", "Rosa", "Ruth", "Ryan", "Saoirse", "Sara", "Søren", "Tariq", "Thu", "Tomás",
    "Uma", "Víctor", "Wei", "Xavier", "Yara", "Zoë", "Łukasz", "Šárka",
)  # fmt: skip
MIDDLE_NAMES = (None, None, None, "A.", "Lee", "Marie", "Q", "Renée", "T.")
LAST_NAMES = (
    "Abbott", "Adeyemi", "Álvarez", "Baker", "Brooks", "Byron", "Castañeda", "Chen", "Cohen", "D'Angelo", "Díaz",
    "Dvořák",
    "Ellis", "Fischer", "Fitzgerald", "García-López", "Grant", "Håkansson", "Harris", "Hernández", "Ibrahim", "Jackson",
    "Johnson", "Kim", "King III", "Kowalska", "Lee", "Lefèvre", "Li", "Lindqvist", "Macdonald", "Martínez", "Müller",
    "N'Diaye", "Nakamura", "Nguyễn", "O'Brien", "O'Neil", "Okafor", "Ortiz", "Park", "Patel", "Peña", "Quigley",
    "Ramírez", "Reyes Jr.", "Rossi", "Saint-Pierre", "Schäfer", "Singh", "Smith", "Smith-Jones", "Sørensen", "St. John",
    "Tanaka", "Taylor", "van der Berg", "Vasquez", "Washington", "Weiß", "Williams", "Wójcik", "Young", "Zhang",
)  # fmt: skip
STREETS = ("Alder Ct", "Birch Ln", "Cedar Ave", "Dogwood Dr", "Elm St", "Fern Way", "Grove Rd", "Hazel Pl", "Ivy Blvd")
# Town, state and the first three digits of its ZIP codes.
TOWNS = (
    ("Topeka", "KS", "666"), ("Portland", "OR", "972"), ("Cañon City", "CO", "812"), ("Bangor", "ME", "044"),
    ("Savannah", "GA", "314"), ("Duluth", "MN", "558"), ("Boise", "ID", "837"), ("Hoboken", "NJ", "070"),
    ("Coeur d'Alene", "ID", "838"), ("Winston-Salem", "NC", "271"), ("St. Louis", "MO", "631"), ("Laredo", "TX", "780"),
)  # fmt: skip
EMPLOYER_FIRST_WORDS = (
    "Northwind", "Alder Creek", "Bluestone", "Copperfield", "Driftwood", "Eastgate", "Fernbrook", "Granite Ridge",
    "Harborview", "Ironwood", "Juniper", "Kestrel", "Lakeshore", "Maplewood", "Nightingale", "O'Hara", "Pinehurst",
    "Quarry Hill", "Riverbend", "Silver Birch", "Tamarack", "Upland", "Vista", "Willow Bend",
)  # fmt: skip
EMPLOYER_SECOND_WORDS = (
    "Foods", "Dental Group", "Machine Works", "Logistics", "Veterinary Clinic", "Builders", "Software", "Textiles",
    "Orchards", "Medical Associates", "Printing", "Engineering", "Hospitality",
)  # fmt: skip
EMPLOYER_ENDINGS = ("LLC", "Inc.", "Co.", "& Sons, Inc.", "LLP")
