"""The journey of a file profile: chosen, uploaded wrong and right, tried on a sample, and used."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.cli.processes import call
from tests.journeys.conftest import Place, sign_in_first_admin
from tests.journeys.steps import look
from tests.portal.recordkeepers.test_profile_page import OWN, SAMPLE


def test_from_a_faulty_profile_to_one_in_use(page: Page, place: Place, tmp_path: Path) -> None:
    """RK-4: by keyboard from a faulty profile to one that is kept, tried on a sample with masked SSNs, and in use."""
    inbox = place.home.parent / "inbox"
    inbox.mkdir()
    answer = call(place.home, "connection", "add", "Payroll", "--kind", "files", "--path", str(inbox))
    assert answer.returncode == 0, answer
    wrong, right, sample = (tmp_path / name for name in ("own.yaml", "mended.yaml", "sample.csv"))
    wrong.write_text(OWN.replace("into: plan_id", "into: plan"), encoding="utf-8")
    right.write_text(OWN, encoding="utf-8")
    sample.write_text(SAMPLE, encoding="utf-8")
    sign_in_first_admin(page, place)
    page.get_by_role("link", name="Recordkeepers").click()
    page.get_by_role("link", name="Payroll").click()
    page.get_by_role("link", name="File profile").press("Enter")
    look(page, "file-profile")
    page.get_by_label("Profile (YAML)").set_input_files(wrong)
    page.get_by_role("button", name="Check and keep").press("Enter")
    expect(page.get_by_text("own.yaml, line 12")).to_be_visible()
    look(page, "file-profile-refused")
    page.get_by_label("Profile (YAML)").set_input_files(right)
    page.get_by_role("button", name="Check and keep").press("Enter")
    expect(page.get_by_text("own-layout, version 1 passed its check")).to_be_visible()
    page.get_by_label("Profile", exact=True).select_option(label="own-layout, version 1 - Our payroll's rates")
    page.get_by_label("Sample file").set_input_files(sample)
    page.get_by_role("button", name="Try", exact=True).press("Enter")
    expect(page.get_by_text("2 records: 1 read, 1 put aside.")).to_be_visible()
    expect(page.get_by_text("***-**-0001")).to_be_visible()
    look(page, "file-profile-tried")
    page.get_by_role("button", name="Use own-layout, version 1").press("Enter")
    expect(page.get_by_text("From the next sync on, files are read by own-layout, version 1.")).to_be_visible()
    expect(page.locator(".facts").get_by_text("own-layout, version 1")).to_be_visible()
