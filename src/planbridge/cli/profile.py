"""`planbridge profile`: file profiles, checked as they are written and tried on a sample before they are used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from planbridge.activity.masking import mask_ssn
from planbridge.activity.problem import Problem, shown_value
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption, short
from planbridge.cli.tables import plain_table
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import ProfileRefused, load_profile, shipped_profile, shipped_profiles
from planbridge.recordkeepers.profile_try import Trial, try_profile
from planbridge.recordkeepers.sql_profile import check_profile

app = typer.Typer(no_args_is_help=True, help="File profiles: the layouts of recordkeepers' files as data.")
PEOPLE_PRINTED = 10
PROBLEMS_PRINTED = 20


@app.command("list")
def list_all(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List the profiles that come with the product. Example: planbridge profile list."""
    found = [
        {
            "profile": name,
            "title": profile.title,
            "format": profile.format,
            "carries": profile.carries,
            "delivers": profile.delivers,
        }
        for name in shipped_profiles()
        for profile in (shipped_profile(name),)
    ]

    def words(console: Console) -> None:
        table = plain_table("Profile", "Title", "Carries", "Delivers")
        for one in found:
            table.add_row(str(one["profile"]), str(one["title"]), ", ".join(one["carries"]), str(one["delivers"]))
        console.print(table)

    Output(as_json, quiet).answer(found, words)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The profile: a YAML file.")],
    *,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check a profile of files or of a database: its fields, kinds and names, its queries. Example: planbridge profile check own.yaml."""
    problems: Sequence[Problem] = ()
    name = None
    try:
        name = check_profile(found_file(file))
    except ProfileRefused as refused:
        problems = refused.problems
    except OSError as error:
        raise unreadable(file, error) from error
    value = {"profile": name, "is_valid": not problems, "problems": [one.as_json() for one in problems]}

    def words(console: Console) -> None:
        if not problems:
            console.print(f"{name} is a valid profile. planbridge profile try {file} SAMPLE shows what it reads.")
        for one in problems:
            console.print(f"{one.code}: {one.message}", soft_wrap=True)

    Output(as_json, quiet).answer(value, words)
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise CommandFailed(Exit.REFUSED, f"{file.name} has {count}; mend the lines named and check it again.")


@app.command("try")
def try_sample(
    profile: Annotated[str, typer.Argument(help="A profile's name (profile list), or the YAML file of one.")],
    sample: Annotated[Path, typer.Argument(help="A file as the recordkeeper sends it.")],
    *,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read a sample by a profile and change nothing. Example: planbridge profile try ascensus-360 sample.csv."""
    chosen = find_profile(profile)
    try:
        trial = try_profile(chosen, found_file(sample))
    except OSError as error:
        raise unreadable(sample, error) from error
    value = trial.as_json()
    for person in value["participants"]:
        person["ssn"] = mask_ssn(person["ssn"]) if person["ssn"] else None
    Output(as_json, quiet).answer(value, lambda console: tell(console, trial, value))
    if trial.is_refused:
        raise CommandFailed(Exit.REFUSED, f"{sample.name} would be refused: {trial.file_problems[0].message}")


def tell(console: Console, trial: Trial, value: dict[str, Any]) -> None:
    """A trial in words."""
    taken = trial.records - trial.refused
    console.print(f"{trial.profile.title}: {trial.records:,} records, {taken:,} read, {trial.refused:,} put aside.")
    people = value["participants"][:PEOPLE_PRINTED]
    if people:
        table = plain_table("Plan", "Participant", "SSN", "Name", *carried(trial.profile))
        for one in people:
            name = " ".join(part for part in (one.get("first_name"), one.get("last_name")) if part)
            counts = [str(len(one.get(part) or ())) for part in carried(trial.profile)]
            row = [one["plan_id"], one["participant_id"], one["ssn"], name]
            table.add_row(*(shown_value(text) or "" for text in row), *counts)
        console.print(table)
    for problem in value["problems"][:PROBLEMS_PRINTED]:
        console.print(f"{problem['severity']} {problem['code']}: {problem['message']}", soft_wrap=True)
    left = trial.problem_count - PROBLEMS_PRINTED
    if left > 0:
        console.print(f"... and {left:,} more problems.")
    if trial.unread:
        console.print(f"Not used: {', '.join(trial.unread)}.", soft_wrap=True)


def carried(profile: Profile) -> list[str]:
    """The tables of items that a profile carries."""
    return [part for part in profile.carries if part != "census"]


def find_profile(name: str) -> Profile:
    """A profile by its name, or from its file; raises CommandFailed."""
    if name in shipped_profiles():
        return shipped_profile(name)
    if not Path(name).is_file():
        message = (
            f"No profile is named {short(name)!r} and no file either; planbridge profile list shows those there are."
        )
        raise CommandFailed(Exit.NOT_FOUND, message)
    try:
        return load_profile(Path(name))
    except ProfileRefused as refused:
        message = f"{refused.problems[0].message} See planbridge profile check {short(name)}."
        raise CommandFailed(Exit.REFUSED, message) from refused
    except OSError as error:
        raise unreadable(Path(name), error) from error


def found_file(path: Path) -> Path:
    """A file that is there; raises CommandFailed."""
    if not path.is_file():
        raise CommandFailed(Exit.NOT_FOUND, f"There is no file {short(str(path))!r}. Give the path of one.")
    return path


def unreadable(path: Path, error: OSError) -> CommandFailed:
    """What is said of a file that cannot be opened."""
    message = f"{short(str(path))} cannot be read: {error.strerror or error}. Check its rights."
    return CommandFailed(Exit.MACHINE_BROKEN, message)
