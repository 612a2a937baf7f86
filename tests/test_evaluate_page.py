"""The report as a page: whole, self-contained, escaped, and true to its numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from forewarn.evaluate import page
from forewarn.evaluate.calibration import Bins
from forewarn.evaluate.identity import Naming
from forewarn.evaluate.page import words
from forewarn.evaluate.suite.compare import compare
from forewarn.evaluate.suite.result import (
    EntryRow,
    FaultRow,
    Health,
    Line,
    Outline,
    Run,
    Scene,
    Summary,
    Tally,
    Value,
    WarningRow,
)
from forewarn.evaluate.suite.summary import summary

NASTY = "<script>alert('x')</script>&\"'"
SITES = ("quiet", "raid")


def run(scenario: str, seed: int, missed: int = 1, object_id: str = "first") -> Run:
    """A run with something of everything."""
    tally = Tally(entries=4, counted=3, warned=3 - missed, late=1, missed=missed, unseen=1, warnings=3, judged=3, false_no_entry=1,
                  lead_s=60.0, latency_s=8.0, latencies=2, cost_missed=10.0 * missed, cost_late=2.0, cost_needless=1.0,
                  gospa_missed=5000.0, gospa_localisation=900.0, seconds=120)  # fmt: skip
    best = Tally(entries=4, counted=3, warned=3, late=0, unseen=1, warnings=2, judged=2, lead_s=90.0, cost_needless=1.0, seconds=120)
    entries = tuple(
        EntryRow(zone="house", object=object_id, kind="drone", t_s=60.0 + seed + k, need_s=20.0, harm=10.0, seen=True, outcome=what,
                 late=k == 1, lead_s=(30.0, 12.0, 0.0)[k], oracle_outcome="warned", oracle_late=False, oracle_lead_s=40.0, first_s=5.0)
        for k, what in enumerate(("warned", "warned", "missed"))
    )  # fmt: skip
    return Run(
        scenario=scenario, seed=seed, key="k", build="1.2+abc", event_s=120.0, took_s=1.0, watch=tally, oracle=best,
        exists=Bins(n=(0,) * 8 + (100, 600), said=(0.0,) * 8 + (85.0, 570.0), came=(0,) * 8 + (80, 590)),
        naming=Naming(log_loss=30.0, samples=40, confusion={"drone": {"drone": 30, "bird": 10}}),
        health=Health(silences=1, silences_told=1, alarms=2, alarms_right=1), entries=entries,
        warnings=(WarningRow(observer="watch", zone="house", raised_s=30.0, cleared_s=90.0, withdrawn=False, verdict="true"),
                  WarningRow(observer="oracle", zone="house", raised_s=20.0, cleared_s=None, withdrawn=False, verdict="no entry")),
        faults=(FaultRow(sensor="radar", what="clock_step", from_s=10.0, to_s=40.0, told_s=14.0),),
        scene=Scene(objects=(Line(id=object_id, kind="drone", t_s=(0, 2, 4), east_m=(0, 10, 20), north_m=(900, 800, 700)),),
                    tracks=(Line(id="1", kind="first", t_s=(2, 4), east_m=(11, 21), north_m=(799, 702)),
                            Line(id="2", kind="", t_s=(2,), east_m=(300,), north_m=(5,))),
                    zones=(Outline(id="house", east_m=(-50, 50, 0), north_m=(-50, -50, 50)),),
                    sensors=(Outline(id="radar", east_m=(5,), north_m=(5,)),)),
    )  # fmt: skip


def made(runs: list[Run] | None = None, title: str = "A raid") -> Summary:
    about = {"raid": (title, "Something comes.", "It must be told of."), "quiet": ("Quiet", "Nothing.", "Nothing.")}
    return summary(runs if runs is not None else [run(name, seed) for name in SITES for seed in (1, 2)], about, 90.0)


@pytest.fixture(scope="module")
def text() -> str:
    return page.summary_page(made())


def test_it_asks_for_nothing_from_outside(text: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", text)
    tree = html.fromstring(text)
    assert not tree.xpath("//link | //img | //iframe | //script[@src] | //object | //embed")
    assert all(address.startswith("#") for address in tree.xpath("//@href"))


def test_every_link_and_mark_has_its_end(text: str) -> None:
    tree = html.fromstring(text)
    ids = tree.xpath("//@id")
    assert {address[1:] for address in tree.xpath("//a/@href")} <= set(ids)
    used = set(re.findall(r"url\(#([^)\"]+)\)", text)) | {h[1:] for h in tree.xpath("//use/@href")}
    assert used <= set(ids)
    named = [i for i in ids if i in used]
    assert len(named) == len(set(named)), "marks of two charts must not be mixed up"


def test_every_figure_is_there_with_its_meaning(text: str) -> None:
    table = html.fromstring(text).xpath("//h2[@id='figures']/following::table[1]")[0]
    rows = {row.xpath("th")[0].text_content(): row.text_content() for row in table.xpath("tbody/tr")}
    for meaning in made().meanings:
        if not meaning.name.startswith("oracle."):
            assert meaning.text in rows[words.label(meaning.name)]
    assert "33.3 %" in rows["Missed"]


def test_the_verdict_comes_first_and_is_true(text: str) -> None:
    sentences = html.fromstring(text).xpath("//section[@aria-label='Verdict']")[0].text_content()
    assert "12 times a dangerous object came into a zone" in sentences
    assert "warned in time of 4 (33 %), late of 4 (33 %), and not before the entry of 4 (33 %)" in sentences
    assert "4 more came in with no report of their place" in sentences
    assert "Of its 12 warnings 4 (33 %, 30 an hour) proved needless" in sentences
    assert "cost 13 times what the oracle's" in sentences
    assert text.index('aria-label="Verdict"') < text.index("<table")


def test_every_chart_has_a_name_and_a_caption(text: str) -> None:
    charts = html.fromstring(text).xpath("//figure")
    assert len(charts) == 4 + 4 + 2 * len(SITES)
    for chart in charts:
        assert chart.xpath("svg/@aria-label")[0]
        assert chart.xpath("svg/@role") == ["img"]
        assert chart.xpath("figcaption")[0].text_content().strip()


def test_headings_go_down_one_step_at_a_time(text: str) -> None:
    levels = [int(h.tag[1]) for h in html.fromstring(text).xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_few_samples_are_marked(text: str) -> None:
    chart = html.fromstring(text).xpath("//h2[@id='reliability']/following::figure[1]")[0].text_content()
    assert "Fewer than 500 samples in 9 of 10 bins" in chart


def test_every_value_is_escaped() -> None:
    told = page.summary_page(made([run("raid", 1, object_id=NASTY)], title=NASTY))
    assert "<script>alert" not in told
    assert len(html.fromstring(told).xpath("//script")) == 1
    assert html.fromstring(told).xpath("//td[text()=$x]", x=NASTY)


@pytest.mark.slow
def test_the_same_figures_give_the_same_page(text: str) -> None:
    assert page.summary_page(made()) == text


def test_a_suite_without_runs_is_a_page_too() -> None:
    failed = Run(scenario="raid", seed=1, key="k", build="b", error=f"ValueError: {NASTY}")
    for runs in ([], [failed]):
        told = page.summary_page(made(runs))
        assert "Not once a dangerous object came into a zone" in told
    assert "Runs that failed" in told


def test_it_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert page.write(made([]), tmp_path / "new") == tmp_path / "new" / "report.html"
    after = [run(name, seed, missed=0) for name in SITES for seed in (1, 2)]
    both = compare([run(name, seed) for name in SITES for seed in (1, 2)], after)
    assert page.write_comparison(both, tmp_path).name == "comparison.html"


def test_a_comparison_says_what_is_more_than_chance() -> None:
    names = [f"s{k}" for k in range(12)]
    before = [run(name, seed) for name in names for seed in (1, 2)]
    after = [run(name, seed, missed=0) for name in names for seed in (1, 2)]
    tree = html.fromstring(page.comparison_page(compare(before, after)))
    assert "More than chance, better:" in tree.xpath("//section[@aria-label='Verdict']")[0].text_content()
    (row,) = tree.xpath("//h2[@id='figures']/following::table[1]/tbody/tr[th='Missed']")
    assert row.xpath("td/text()")[:3] == ["33.3 %", "0.0 %", "-33.3 points"]
    assert row.xpath("td")[-1].text == "better"
    same = page.comparison_page(compare(before, before))
    assert "No figure changed by more than chance would." in same


def test_numbers_read_as_people_write_them() -> None:
    assert words.number(0.1234, "share") == "12.3 %"
    assert words.number(None, "s") == words.NONE
    assert words.number(31.44, "s") == "31.4 s"
    assert words.number(12345.6) == "12346"
    assert words.interval(Value(value=0.1, low=0.05, high=0.2, of=3), "share") == "5.0 to 20.0 %"
    assert words.interval(Value(value=1.0, low=None, high=None, of=3)) == words.NONE
    assert words.interval(Value(value=1.0, low=1.0, high=1.0, of=3)) == words.NONE, "no width is no interval"
    assert words.duration(90) == "90 seconds"
    assert words.duration(7300) == "2.0 hours"


@pytest.mark.slow
def test_a_browser_shows_it_without_a_complaint(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    path = page.write(made(), tmp_path)
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--enable-logging=stderr",
        "--dump-dom",
    ]
    shown = subprocess.run([*command, path.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in shown.stderr
    heads = html.fromstring(shown.stdout).xpath("//table[contains(@class, 'sortable')]//th/button")
    assert len(heads) > 10, "the script made the headings into buttons"
