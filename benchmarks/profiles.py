"""How fast files are read by their profiles: records a second and core, and the memory it takes."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from planbridge.recordkeepers.profile_load import shipped_profile
from planbridge.recordkeepers.profile_reading import FileReading

RECORDS = 1_000_000
STATEMENTS = 5_000
A360 = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount\n"
)
POSITION = (
    "<POSMF><INVPOS><SECID><UNIQUEID>99A00{fund}<UNIQUEIDTYPE>CUSIP</SECID><HELDINACCT>OTHER<POSTYPE>LONG<UNITS>100.5000"
    "<UNITPRICE>20.0000<MKTVAL>2010.00<DTPRICEASOF>20260930160000.000[-4:EDT]<INV401KSOURCE>PRETAX</INVPOS></POSMF>"
)


def write_ascensus(path: Path) -> None:
    """A million rows of the Ascensus 360 layout: contributions and every fifth a loan."""
    with path.open("w", encoding="utf-8") as file:
        file.write(A360)
        for number in range(RECORDS):
            head = f"900{number // 5000:03}-00001,OMARA{number % 997},NOOR,,{900_000_000 + number // 2}"
            if number % 5:
                file.write(f"D,{head},11062026,{'401K' if number % 2 else '4ROTH'},9.00,0.00,07012010,,,\n")
            else:
                file.write(f"L,{head},11132026,401L,,,,{number}A,00000000101.19 ,00000005524.17\n")


def write_empower(path: Path) -> None:
    """A million records of the Empower layout of 577."""
    fields = {one.name: one for one in shipped_profile("empower-pdi").records[0].fields}
    values = {
        "Plan number": "900123-01", "Last name": "O'Mara-Diaz", "First name": "Noor", "Birth date": "03/07/1971",
        "Gender": "F", "Marital": "M", "Address 1": "12 Alder Ct", "City": "Topeka", "State": "KS", "ZIP": "66603",
        "Hire date": "06/14/2010", "Check date": "10/16/2026", "Contribution amount 1": "    384.62",
        "Contribution amount 3": "     96.15", "YTD total compensation": "76923.10", "Salary amount": "100000.00",
    }  # fmt: skip
    line = [" "] * 577
    for name, value in values.items():
        at = (fields[name].at or 1) - 1
        line[at : at + len(value)] = value
    before, after = "".join(line[:13]), "".join(line[24:])
    with path.open("w", encoding="utf-8") as file:
        for number in range(RECORDS):
            file.write(f"{before}{900_000_000 + number}  {after}\r\n")


def write_ofx(path: Path) -> None:
    """Statements of ten positions each."""
    with path.open("w", encoding="utf-8") as file:
        file.write("OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><INVSTMTMSGSRSV1>\n")
        positions = "".join(POSITION.format(fund=fund) for fund in range(1000, 1010))
        for number in range(STATEMENTS):
            file.write(
                f"<INVSTMTTRNRS><STATUS><CODE>0</STATUS><INVSTMTRS><DTASOF>20260930<INVACCTFROM><ACCTID>{number}</INVACCTFROM>"
                f"<INVPOSLIST>{positions}</INVPOSLIST><INV401KBAL><TOTAL>20100.00</INV401KBAL></INVSTMTRS></INVSTMTTRNRS>\n"
            )
        file.write("</INVSTMTMSGSRSV1></OFX>\n")


WRITERS = {"ascensus-360": write_ascensus, "empower-pdi": write_empower, "ofx-401k": write_ofx}


def measure(name: str, path: Path) -> str:
    """One file read in this process: a row of the table. A second of a core is a second of processor time."""
    begun = time.process_time()
    reading = FileReading(path, shipped_profile(name))
    people = sum(part.people.height for part in reading.parts())
    seconds = time.process_time() - begun
    if reading.refused or not people:
        raise SystemExit(f"{name}: {reading.refused} of {reading.records} records were put aside.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = path.stat().st_size / (1 << 20)
    return f"| {name} | {reading.records:,} | {size:.0f} MiB | {seconds:.2f} | {reading.records / seconds:,.0f} | {peak:.0f} MiB |"


def profile_speed(folder: Path) -> str:
    """A Markdown table of all; each file is read in a process of its own, whose peak of memory is then its own."""
    lines = ["File profiles, seconds of a processor core", ""]
    lines += [
        "| profile | records | file | seconds | records a second | peak memory |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, write in WRITERS.items():
        path = folder / f"{name}.dat"
        write(path)
        call = [sys.executable, "-m", "benchmarks.profiles", name, str(path)]
        alone = os.environ | {"POLARS_MAX_THREADS": "1"}  # what a core does, without the cost of sharing
        lines.append(subprocess.run(call, check=True, capture_output=True, text=True, env=alone).stdout.strip())
        path.unlink()
    return "\n".join(lines)


if __name__ == "__main__":
    print(measure(sys.argv[1], Path(sys.argv[2])))
