"""Make ``data/reference`` again from the public files that its SOURCES.md names.

Run as ``python -m pipelines.sample.reference FOLDER OUT``, where FOLDER holds the downloads. The project itself
needs only the results, which are committed.
"""

import json
import re
import sys
from pathlib import Path

import polars as pl

SCHOOL_FILE = "institutions/collegeScorecard_school.csv"
EXTRACT_FILE = "institutions/scorecard_institution_extract_37cols.csv"
DOMAINS_FILE = "institutions/us_university_domains.json"
CIP_FILE = "codes/CIPCode2020.csv"
NAICS_FILE = "codes/naics_2022_codes.csv"

CONTROLS = {"Public": "public", "Nonprofit": "private nonprofit", "For-profit": "private for-profit"}
SMALL_WORDS = ("And", "Or", "Of", "In", "The", "For", "To")
SECTOR_RANGES = {
    "31": "31-33",
    "32": "31-33",
    "33": "31-33",
    "44": "44-45",
    "45": "44-45",
    "48": "48-49",
    "49": "48-49",
}


def read_texts(path: Path) -> pl.DataFrame:
    """Read a CSV with every field as text, so that codes keep their zeros."""
    return pl.read_csv(path, infer_schema_length=0, null_values=["", "NA", "NULL", "PrivacySuppressed"])


def degree_granting(schools: pl.DataFrame) -> pl.DataFrame:
    """Keep operating institutions (flags known) that mostly grant degrees, and public ones that grant any."""
    mostly = pl.col("deg_predominant").is_in(["Associate", "Bachelor"])
    community = (pl.col("deg_predominant") == "Certificate") & (pl.col("control") == "Public")
    grants = pl.col("deg_highest").is_in(["Associate", "Bachelor", "Graduate"])
    return schools.filter(
        grants & (mostly | community), pl.col("is_hbcu").is_not_null(), pl.col("control").is_not_null()
    )


def unambiguous_shares(extract: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Return Pell and first-generation shares for names that stand once per state in both files."""
    once = schools.filter(~pl.struct("name", "state").is_duplicated()).select("id", "name", "state")
    shares = extract.rename({"state_abbr": "state"}).filter(~pl.struct("name", "state").is_duplicated())
    return once.join(shares, on=["name", "state"]).select(
        "id",
        pell_share=pl.col("pct_pell").cast(pl.Float64).round(4),
        first_generation_share=pl.col("first_gen").cast(pl.Float64).round(4),
    )


def normalised(name: str) -> str:
    """Return the name in lower-case words, for an exact comparison."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower().replace("&", "and")))


def unambiguous_domains(listed: list[dict[str, object]], schools: pl.DataFrame) -> pl.DataFrame:
    """Return e-mail domains of names that stand once in both lists and whose web address agrees."""
    names = schools.with_columns(word=pl.col("name").map_elements(normalised, return_dtype=pl.String))
    rows = [(normalised(str(each["name"])), each["domains"]) for each in listed]
    single = [(name, domains[0]) for name, domains in rows if isinstance(domains, list) and len(domains) == 1]
    frame = pl.DataFrame(single, schema=["word", "email_domain"], orient="row").filter(
        ~pl.col("word").is_duplicated(), ~pl.col("email_domain").is_duplicated()
    )
    host = pl.col("url").str.to_lowercase().str.extract(r"^(?:https?://)?([^/:]+)", 1)
    agrees = (host == pl.col("email_domain")) | host.str.ends_with(pl.concat_str(pl.lit("."), "email_domain"))
    matched = names.filter(~pl.col("word").is_duplicated()).join(frame, on="word")
    return matched.filter(agrees).select("id", "email_domain")


def institutions(folder: Path) -> pl.DataFrame:
    """Return one row per institution, keyed by UNITID."""
    schools = read_texts(folder / SCHOOL_FILE)
    listed = json.loads((folder / DOMAINS_FILE).read_text())
    kept = degree_granting(schools)
    shares = unambiguous_shares(read_texts(folder / EXTRACT_FILE), schools)
    wide = kept.join(shares, on="id", how="left").join(unambiguous_domains(listed, schools), on="id", how="left")
    return wide.select(
        "name",
        "state",
        "pell_share",
        "first_generation_share",
        "email_domain",
        unitid="id",
        control=pl.col("control").replace_strict(CONTROLS),
        is_hbcu=pl.col("is_hbcu") == "TRUE",
        is_hsi=pl.col("is_hsi") == "TRUE",
        predominant_degree=pl.col("deg_predominant").str.to_lowercase(),
    ).select(
        "unitid", "name", "state", "control", "predominant_degree", "is_hbcu", "is_hsi",
        "pell_share", "first_generation_share", "email_domain",
    ).sort("unitid")  # fmt: skip


def readable(title: str) -> str:
    """Return a title without its full stop, in title case where the source shouts."""
    title = title.strip().removesuffix(".")
    if title != title.upper():
        return title
    words = re.sub(r"[A-Za-z]+", lambda match: match[0].capitalize(), title)
    for word in SMALL_WORDS:
        words = re.sub(rf"(?<=[ /]){word}\b", word.lower(), words)
    return words


def majors(folder: Path) -> pl.DataFrame:
    """Return one row per CIP 2020 code of two, four or six digits."""
    codes = read_texts(folder / CIP_FILE).rename({"CIP_Code": "cip_code", "CIP_Title": "title"})
    codes = codes.with_columns(
        cip_code=pl.col("cip_code").str.strip_chars(),
        title=pl.col("title").map_elements(readable, return_dtype=pl.String),
    ).with_columns(family_code=pl.col("cip_code").str.slice(0, 2))
    families = codes.filter(pl.col("cip_code").str.len_chars() == 2).select("family_code", family_title="title")
    joined = codes.join(families, on="family_code").filter(pl.col("family_title") != "Reserved")
    return joined.select("cip_code", "title", "family_code", "family_title").sort("cip_code")


def industries(folder: Path) -> pl.DataFrame:
    """Return one row per NAICS 2022 code, sector ranges such as 31-33 written out as sector codes."""
    codes = read_texts(folder / NAICS_FILE).with_columns(title=pl.col("title").str.strip_chars())
    first_two = pl.col("naics_code").str.slice(0, 2)
    codes = codes.with_columns(sector_code=first_two.replace(SECTOR_RANGES))
    sectors = codes.filter(pl.col("naics_code") == pl.col("sector_code")).select("sector_code", sector_title="title")
    parts = [{"naics_code": part, "sector_code": sector} for part, sector in SECTOR_RANGES.items()]
    split = pl.DataFrame(parts).join(sectors, on="sector_code").with_columns(title="sector_title")
    columns = ["naics_code", "title", "sector_code", "sector_title"]
    listed = codes.join(sectors, on="sector_code").select(columns)
    return pl.concat([listed, split.select(columns)]).unique("naics_code").sort("naics_code")


def write_reference(folder: Path, out: Path) -> None:
    """Write the three reference tables as CSV, NULL as empty."""
    out.mkdir(parents=True, exist_ok=True)
    institutions(folder).write_csv(out / "institutions.csv")
    majors(folder).write_csv(out / "majors.csv")
    industries(folder).write_csv(out / "industries.csv")


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]), Path(sys.argv[2]))
