"""The report page in a browser: it shows what it was filled with, finds it, and leads to the evidence."""

from __future__ import annotations

import json
import shlex
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_src.report_page.fill import fill
from tests.report.conftest import TEMPLATE
from tools.report_data import report_data

pytestmark = pytest.mark.xdist_group("browser")

DATA = report_data(items=340)
ITEMS = DATA["items"]
SESSION = {
    "time": "2026-10-05 10:00:00.000",
    "until": "2026-10-05 11:00:00.000",
    "kind": "shell-session",
    "account": "222222222222",
    "region": "eu-west-1",
    "person": "operator-one",
    "principal": "arn:aws:sts::222222222222:assumed-role/Operator/operator-one",
    "source_ip": "203.0.113.7",
    "host": "i-0a1b2c3d4e5f60718",
    "what": "uptime",
    "verdict": "clear",
    "evidence": "s3://evidence-logs-111111111111-eu-west-1/transcripts/a.json.gz",
    "match": None,
    "event_id": "event-1",
}


def report(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A report of these items."""
    empty = {"generated": "2026-10-08 01:00:00", "archive": "evidence", "range": {}, "findings": [], "unreadable": []}
    return {**empty, "items": [{**SESSION, **item} for item in items], **fields}


# --- What it shows -------------------------------------------------------------------------------


def test_it_says_what_there_is_with_findings_first_and_the_gravest_first(open_page):
    page = open_page(DATA)
    assert page.texts("h2") == ["Findings", "Timeline", "Items", "What could not be read"]
    assert page.texts(".severity")[:3] == ["Critical", "High", "High"]
    assert page.texts(".numbers dd b") == ["7", str(bare(ITEMS)), "3", "340", "8", str(distinct("host"))]
    assert page.status() == "340 items, 7 findings"
    page.do("click", "text=Show the other 1")
    page.settle()
    assert page.count("li.finding") == len(DATA["findings"])
    assert page.do("requests") == [page.uri]
    assert page.do("complaints") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_kind_is_drawn_in_its_colour_in_light_and_dark(open_page, scheme):
    page = open_page(DATA, colorScheme=scheme)
    page.do("click", "label:has-text('By host')")
    colours = ("shell", "rdp", "workspaces", "console", "network", "tampering", "finding")
    for by in ("person", "host"):
        page.do("click", f"label:has-text('By {by}')")
        page.js("document.querySelector('.lanes').style.height = '9000px'")
        page.settle()
        drawn = {colour: page.pixels(f"kind-{colour}") for colour in colours}
        # Who tampers is on no host, so that lane is far down; the persons' lanes show all.
        assert [colour for colour, pixels in drawn.items() if pixels < 20 and by == "person"] == []
        assert drawn["shell"] > 100, drawn


def test_lanes_are_persons_or_hosts(open_page):
    page = open_page(report({}, {"person": "operator-two"}, {"person": None, "host": "i-2"}))
    assert sorted(page.texts(".lane-name .cut")) == ["Not known who", "operator-one", "operator-two"]
    page.do("click", "label:has-text('By host')")
    page.settle()
    assert sorted(page.texts(".lane-name .cut")) == ["i-0a1b2c3d4e5f60718", "i-2"]


def test_a_name_that_may_be_cut_is_written_as_the_text_around_it(open_page):
    """The colour and weight of a warning are for warnings: two rules of one class would mix."""
    page = open_page(DATA)
    looks = "(({color, fontWeight, marginBottom}) => [color, fontWeight, marginBottom])(getComputedStyle(%s))"
    name = page.js(looks % "document.querySelector('.kind .cut')")
    around = page.js(looks % "document.querySelector('.kind')")
    assert (name[:2], name[2]) == (around[:2], "0px")


def test_a_silence_is_drawn_and_a_short_pause_is_not(open_page):
    late = {"time": "2026-10-05 18:30:00.000", "until": "2026-10-05 19:00:00.000"}
    soon = {"time": "2026-10-05 14:30:00.000", "until": "2026-10-05 19:00:00.000"}
    quiet = [open_page(report({}, other)).pixels("quiet") for other in (late, soon)]
    assert quiet[0] > 50, quiet
    assert quiet[1] == 0, quiet


def test_a_session_without_evidence_is_hollow(open_page):
    solid, hollow = (open_page(report({"evidence": uri})).pixels("kind-shell") for uri in (SESSION["evidence"], None))
    assert hollow < solid / 3
    page = open_page(report({"evidence": None}))
    assert "no evidence" in page.texts(".row .evidence")[0]


def test_times_are_utc_whatever_the_zone_of_the_browser(open_page):
    written = {
        "2026-10-05 10:00:00.123": "2026-10-05 10:00:00",
        "2026-10-05 10:00:01.123456 UTC": "2026-10-05 10:00:01",
        "2026-10-05T10:00:02Z": "2026-10-05 10:00:02",
        "2026-10-05T19:00:03+09:00": "2026-10-05 10:00:03",
        "2026-10-05T10:01": "2026-10-05 10:01:00",
        "2026-10-06": "2026-10-06 00:00:00",
        "yesterday": "yesterday",
        "2026-13-45": "2026-13-45",
        None: "no time",
    }
    page = open_page(report(*({"time": text, "until": None} for text in written)), timezoneId="Asia/Tokyo")
    assert page.texts("[role=gridcell].time") == list(written.values())


def test_what_cannot_be_dated_or_is_of_an_unknown_kind_is_shown_and_counted(open_page):
    page = open_page(report({"time": "soon"}, {"kind": "badge-reader"}, {"kind": "constructor"}))
    assert page.count("[role=row]") == 4
    assert "1 without a readable time" in page.texts(".numbers dd small")
    assert {"badge reader", "constructor"} <= set(page.texts(".kind .cut"))


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (None, []),
        ({"items": 0, "findings": 0}, []),
        ("many", []),
        ({"items": 1234, "findings": 0}, ["1,234 items, older"]),
        ({"items": 1, "findings": 2}, ["1 item and 2 findings, older"]),
        ({"items": "<b>", "findings": 2}, ["2 findings, older"]),
    ],
)
def test_what_did_not_fit_is_counted_first_of_all_on_paper_too(open_page, left_out, said):
    page = open_page(report({}, left_out=left_out))
    for _ in ("screen", "paper"):
        told = page.texts("main > :first-child[role=note]")
        assert len(told) == len(said), told
        assert [part for part, note in zip(said, told, strict=True) if part not in note] == []
        page.print()


def test_an_empty_report_says_so_in_every_part(open_page):
    page = open_page(report(range={"from": "2026-10-05", "until": "2026-10-06"}))
    assert page.texts(".empty") == [
        "No finding was raised in this time.",
        "Nothing happened in this time.",
        "Nothing was recorded in this time.",
        "Every line of every source was read.",
    ]
    assert page.do("complaints") == []


# --- Finding something ---------------------------------------------------------------------------


CELL = {"person": "who", "host": "host", "account": "account > .cut:first-child"}


@pytest.mark.parametrize("facet", CELL)
def test_a_person_host_or_account_can_be_chosen(open_page, facet):
    page = open_page(DATA)
    value = ITEMS[5][facet]
    wanted = [item for item in ITEMS if item[facet] == value]
    page.do("selectOption", f"select[name={facet}]", {"label": f"{value} ({len(wanted)})"})
    page.settle()
    found = [finding for finding in DATA["findings"] if finding[facet] == value]
    assert page.status() == f"{plural(len(wanted), 'item')}, {plural(len(found), 'finding')}"
    assert page.js("document.querySelector('[role=grid]').ariaRowCount") == str(len(wanted) + 1)
    assert set(page.texts(f".row .{CELL[facet]}")) == {value}
    page.do("click", "text=Clear filter")
    page.settle()
    assert page.status().startswith("340 items")


def test_kinds_can_be_chosen_one_by_one(open_page):
    page = open_page(DATA)
    page.do("click", ".kind:has-text('RDP connection')")
    page.do("click", ".kind:has-text('Tampering')")
    page.settle()
    wanted = [item for item in ITEMS if item["kind"] in ("rdp-connection", "tampering")]
    assert page.status().startswith(f"{len(wanted)} items")
    assert page.texts(".kind[aria-pressed=true] .cut") == ["RDP connection", "Tampering"]
    assert page.pixels("kind-shell") == 0


def test_time_can_be_typed_and_what_lasts_into_it_is_kept(open_page):
    page = open_page(DATA)
    page.do("fill", "input[name=from]", "2026-10-06 12:00")
    page.press("Enter")
    page.do("fill", "input[name=until]", "2026-10-06 15:00:00")
    page.press("Enter")
    wanted = [
        item
        for item in ITEMS
        if item["time"] <= "2026-10-06 15:00:00.000" and (item["until"] or item["time"]) >= "2026-10-06 12:00:00.000"
    ]
    assert page.status().startswith(f"{len(wanted)} items")
    assert any(item["time"] < "2026-10-06 12" for item in wanted)
    page.do("fill", "input[name=from]", "teatime")
    page.press("Enter")
    assert page.status().startswith(f"{len(wanted)} items")
    assert page.js("document.querySelector('input[name=from]').ariaInvalid") == "true"


def test_words_are_found_in_any_field(open_page):
    page = open_page(DATA)
    page.do("fill", "input[name=words]", "SHADOW two")
    page.settle()
    wanted = [item for item in ITEMS if "shadow" in item["what"] and item["person"] == "operator-two"]
    assert wanted
    assert page.status().startswith(plural(len(wanted), "item"))


def test_dragging_over_the_timeline_looks_closer_and_the_address_keeps_the_view(open_page):
    page = open_page(DATA)
    page.js("document.querySelector('#timeline').scrollIntoView()")
    box = page.js(
        "(box => [box.x, box.y, box.width])(document.querySelector('[role=application]').getBoundingClientRect())"
    )
    page.do("mouse.move", box[0] + box[2] / 3, box[1] + 40)
    page.do("mouse.down")
    page.do("mouse.move", box[0] + box[2] / 2, box[1] + 40)
    page.do("mouse.move", box[0] + 2 * box[2] / 3, box[1] + 40)
    page.do("mouse.up")
    page.settle()
    fields = [page.js(f"document.querySelector('input[name={name}]').value") for name in ("from", "until")]
    assert fields == ["2026-10-06 00:00:00", "2026-10-07 00:00:00"]
    status, address = page.status(), page.js("location.hash")
    assert status != "340 items, 7 findings"
    again = open_page(DATA, after=address)
    assert again.status() == status


def test_a_finding_leads_to_the_hour_around_it(open_page):
    page = open_page(DATA)
    page.do("click", "li.finding button.small")
    page.settle()
    at = next(finding["time"] for finding in DATA["findings"] if finding["severity"] == "Critical")
    fields = [page.js(f"document.querySelector('input[name={name}]').value") for name in ("from", "until")]
    assert fields[0] < at < fields[1]


# --- Keyboard and screen reader ------------------------------------------------------------------


def test_the_timeline_is_walked_by_arrows_and_opened_by_enter(open_page):
    noon = {"time": "2026-10-05 12:00:00.000", "until": None, "kind": "console-sign-in"}
    page = open_page(report({}, noon, {**noon, "person": "operator-two", "kind": "workspaces-login"}))
    page.js("document.querySelector('[role=application]').focus()")
    page.press("ArrowRight")
    assert page.announced().startswith("Shell session, 2026-10-05 10:00:00, operator-one, on i-0a1b2c3d4e5f60718")
    page.press("ArrowRight")
    assert page.announced().startswith("Console sign-in, 2026-10-05 12:00:00, operator-one")
    page.press("ArrowDown")
    assert page.announced().startswith("WorkSpaces login, 2026-10-05 12:00:00, operator-two")
    page.press("Enter")
    assert page.js("document.activeElement.id") == "details"
    assert "WorkSpaces login" in page.texts("#details")[0]
    page.press("Escape")
    assert page.count("[role=dialog]") == 0
    assert page.js("document.activeElement.getAttribute('role')") == "application"
    page.press("+")
    assert page.js("document.querySelector('input[name=from]').value") > "2026-10-05 10:00:00"
    page.press("0")
    assert page.js("document.querySelector('input[name=from]').value") == "2026-10-05 10:00:00"


def test_the_table_is_walked_to_its_end_and_opened(open_page):
    page = open_page(DATA)
    page.js("document.querySelector('[role=grid]').focus()")
    page.press("ArrowDown", "End")
    row = "document.getElementById(document.querySelector('[role=grid]').getAttribute('aria-activedescendant'))"
    bottoms = [page.js(f"{one}.getBoundingClientRect().bottom") for one in (row, f"{row}.closest('[role=grid]')")]
    assert page.js(f"{row}.getAttribute('aria-rowindex')") == "341"
    assert bottoms[0] <= bottoms[1], bottoms
    page.press("Enter")
    assert ITEMS[-1]["event_id"] in page.texts(".details dd")
    page.press("Escape")
    assert page.js("document.activeElement.getAttribute('role')") == "grid"


def test_everything_that_can_be_operated_has_a_name_and_is_reached_in_order(open_page):
    page = open_page(DATA)
    page.do("click", "#row-12")
    page.settle()
    nameless = page.js(
        """[...document.querySelectorAll('button, a, input, select, canvas[tabindex], [role=grid], [role=dialog]')]
            .filter(one => !one.ariaLabel && !one.textContent.trim())
            .filter(one => !one.labels?.length && !one.getAttribute('aria-labelledby'))
            .map(one => one.outerHTML)"""
    )
    assert nameless == []
    assert page.js("[...document.querySelectorAll('[tabindex]')].filter(one => one.tabIndex > 0).length") == 0
    tree = page.do("ariaSnapshot")
    for part in ('search "Filter"', 'grid "Items"', 'application "Timeline with', 'heading "Findings"', "dialog"):
        assert part in tree, tree[:3000]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_signs_stand_out_from_what_they_stand_on(open_page, scheme):
    page = open_page(DATA, colorScheme=scheme)
    texts = [
        (text, ground, 4.5) for text in ("text", "quiet", "link", "warn") for ground in ("paper", "ground", "raised")
    ]
    texts += [("warn", "warn-ground", 4.5), ("text", "chosen", 4.5), ("quiet", "chosen", 4.5), ("edge", "paper", 3.0)]
    kinds = ("shell", "rdp", "workspaces", "console", "network", "tampering", "finding", "recording", "other")
    signs = [(f"kind-{kind}", ground, 3.0) for kind in kinds for ground in ("paper", "raised")]
    signs += [("on-kind", f"kind-{kind}", 4.5) for kind in ("shell", "rdp")]
    page.js(CONTRAST)
    weak = {
        f"{one} on {other}": ratio
        for one, other, least in texts + signs
        if (ratio := page.js(f"contrast('{one}', '{other}')")) < least
    }
    assert weak == {}


CONTRAST = """void (window.contrast = (one, other) => {
    const light = name => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(--${name})`;
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
        probe.remove();
        const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        const [red, green, blue] = parts.map(part => linear(part / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [most, least] = [light(one), light(other)].sort((a, b) => b - a);
    return (most + 0.05) / (least + 0.05);
})"""


def test_the_theme_can_be_chosen_against_the_system(open_page):
    page = open_page(DATA, colorScheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.js(ground)
    page.do("selectOption", "select[name=theme]", "dark")
    page.settle()
    assert page.js(ground) != before
    assert page.pixels("kind-shell") > 100


def test_on_a_narrow_screen_nothing_is_wider_than_it(open_page):
    long = {"person": "p" * 300, "host": "h" * 300, "what": "w" * 900, "evidence": "s3://bucket/" + "k" * 900}
    finding = {"title": "t" * 300, "text": "x" * 900, "evidence": "s3://bucket/" + "k" * 900, "severity": "high"}
    page = open_page(report(long, findings=[finding]), viewport={"width": 380, "height": 800})
    assert page.js("document.documentElement.scrollWidth") <= 380
    assert page.js("document.querySelector('.row .who .cut').title") == "p" * 300


# --- Evidence ------------------------------------------------------------------------------------

KEYS = [
    "transcripts/account=222222222222/day=2026-10-05/a.json.gz",
    'it\'s/a $(touch x) `y` & "z" #1?versionId=2/%41.mp4',
    "line\nbreak/\u202egnp.exe",
    "日本/🙂.json",
]


@pytest.mark.parametrize("key", KEYS)
def test_evidence_is_shown_and_copied_and_linked_whatever_its_key(open_page, key):
    uri = f"s3://evidence-recordings-111111111111-ap-northeast-1/{key}"
    page = open_page(report({"evidence": uri}))
    page.js("void (navigator.clipboard.writeText = async text => { window.copied = text; })")
    page.do("click", "#row-0 .what")
    page.do("click", "text=Copy URI")
    assert page.js("copied") == uri
    # Where a page from a file may not use the clipboard, it copies a selection.
    page.js("void (navigator.clipboard.writeText = async () => { throw new Error('not allowed'); })")
    page.js("void document.addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    page.do("click", "text=Copy command")
    words = shlex.split(page.js("copied"))
    assert words[:4] == ["aws", "s3", "cp", uri]
    assert words[4:] == (["-", "|", "gunzip"] if key.endswith(".gz") else ["."])
    shown = page.js("document.querySelector('.way code').textContent")
    assert shown == uri.replace("\u202e", "\u27e8U+202E\u27e9")
    link = page.js(
        "(link => [link.origin, link.pathname, [...new URL(link).searchParams], link.rel])"
        "(document.querySelector('.way a'))"
    )
    assert link == [
        "https://ap-northeast-1.console.aws.amazon.com",
        "/s3/object/evidence-recordings-111111111111-ap-northeast-1",
        [["region", "ap-northeast-1"], ["prefix", key]],
        "noopener noreferrer",
    ]


def test_the_console_is_that_of_the_partition(open_page):
    wanted = {
        ("logs-us-gov-west-1", "us-gov-west-1"): "https://us-gov-west-1.console.amazonaws-us-gov.com",
        ("logs-cn-north-1", "cn-north-1"): "https://cn-north-1.console.amazonaws.cn",
        ("logs", "eu-west-1"): "https://eu-west-1.console.aws.amazon.com",
        ("logs", "evil.example/"): "https://s3.console.aws.amazon.com",
    }
    page = open_page(report(*({"evidence": f"s3://{bucket}/key", "region": region} for bucket, region in wanted)))
    assert page.js("[...document.querySelectorAll('.row .evidence a')].map(link => link.origin)") == list(
        wanted.values()
    )


def test_what_is_no_object_of_s3_is_shown_and_never_linked(open_page):
    uris = ["javascript:alert(1)", "https://example.com/x", "s3://Bad_Bucket/x", "s3://bucket", "data:text/html,x"]
    findings = [{"title": uri, "severity": "low", "evidence": uri} for uri in uris]
    page = open_page(report(*({"evidence": uri} for uri in uris), findings=findings))
    for row, uri in enumerate(uris):
        page.do("click", f"#row-{row} .what")
        page.settle()
        assert page.texts(".way code") == [uri]
        assert page.count("a") == 0, uri


# --- Paper, hostile data, the network, size ------------------------------------------------------


def test_paper_shows_all_rows_lanes_and_findings_in_light_without_what_only_a_screen_can_do(open_page, tmp_path):
    page = open_page(DATA, colorScheme="dark")
    page.print()
    assert page.count("table.printed tbody") == len(ITEMS)
    assert page.count("li.finding") == len(DATA["findings"])
    lanes = {item["person"] or "Not known who" for item in ITEMS}
    assert set(page.texts(".printed .lane-name")) == lanes
    assert (
        page.js(
            "[...document.querySelectorAll('form, button:not(.plain)')].filter(one => one.offsetParent !== null).length"
        )
        == 0
    )
    assert page.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.js("getComputedStyle(document.body).color") == "rgb(24, 32, 43)"
    assert page.pixels("kind-shell") > 100
    assert ITEMS[0]["evidence"] in page.texts("table.printed .source td")
    assert (
        page.js("Math.max(...[...document.querySelectorAll('section, table, figure')].map(one => one.scrollWidth))")
        <= 1440
    )
    page.js("void dispatchEvent(new Event('afterprint'))")
    page.do("emulateMedia", {"media": None})
    assert page.count("table.printed") == 0
    page.do("pdf", {"path": str(tmp_path / "paper.pdf"), "preferCSSPageSize": True})
    pages = (tmp_path / "paper.pdf").read_bytes().count(b"/MediaBox")
    assert 10 < pages < 30


HOSTILE = [
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror=window.harmed=1>",
    "<!--<script>",
    "]]>&lt;b&gt;&amp;",
    "\u2028window.harmed=1\u2029",
    "'-alert(1)-'\"><svg onload=alert(1)>",
    "{{report data}}",
    "\ud800 half",
    "__proto__",
]


def filled_with(text: str) -> dict[str, Any]:
    """A report with the text in every field that there is."""
    item = dict.fromkeys(SESSION, text)
    finding = dict.fromkeys(
        ("time", "rule", "severity", "title", "account", "region", "person", "host", "text", "evidence", "event_id"),
        text,
    )
    dated = {"time": SESSION["time"], "until": SESSION["until"]}
    return {
        "generated": text,
        "archive": text,
        "range": {"from": text, "until": text, text: text},
        "items": [item, {**item, **dated}, {**item, **dated, "kind": "rdp-connection", text: text}],
        "findings": [finding],
        "unreadable": [{"source": text, "count": 1}, {"source": text, "count": text}],
    }


def parts(page):
    """The elements of a page that could do harm, and whether it was done."""
    return page.js(
        "[document.scripts.length, document.querySelectorAll('img, iframe, object, embed, base, form[action]').length,"
        " String(window.harmed)]"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_in_any_field_is_shown_and_never_run(open_page, text):
    page = open_page(filled_with(text))
    page.do("click", ".lanes .lane-name")
    page.do("click", "#row-1 .what")
    page.settle()
    assert parts(page) == [3, 0, "undefined"]
    shown = text.replace("\u2028", "\u27e8U+2028\u27e9").replace("\u2029", "\u27e8U+2029\u27e9")
    assert (
        page.js("document.querySelector('.row .what').textContent")
        == shown.encode("utf-16", "replace").decode("utf-16")
        or "\ud800" in text
    )
    assert page.do("requests") == [page.uri]
    assert page.do("complaints") == []


def test_any_text_is_inert(open_page, tmp_path, browser):
    page = open_page(DATA)
    file = tmp_path / "report.html"

    @settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.text(st.characters(codec=None), max_size=40)
        | st.sampled_from(HOSTILE).flatmap(lambda one: st.text(max_size=5).map(one.__add__))
    )
    def inert(text: str) -> None:
        file.write_text(fill(TEMPLATE, filled_with(text)), encoding="utf-8")
        browser("goto", file.as_uri())
        assert parts(page) == [3, 0, "undefined"], text
        assert page.count("[role=row]") == 4, text
        assert browser("complaints") == [], text

    inert()


def test_the_policy_stops_what_the_page_never_does(open_page):
    page = open_page(DATA)
    page.js("""void (() => {
        document.body.append(Object.assign(new Image(), { src: 'https://example.com/pixel.png' }));
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.body.append(style);
        document.body.append(document.createElement('iframe'));
        navigator.sendBeacon?.('https://example.com/beacon', 'x');
        fetch('https://example.com/').catch(() => {});
        try { document.body.innerHTML = '<p>'; } catch { window.refused = true; }
    })()""")
    page.settle()
    assert page.js("refused") is True
    assert page.js("getComputedStyle(document.body).display") == "block"
    assert [request for request in page.do("requests") if request.startswith("http")] == []
    assert len(page.do("complaints")) >= 4


def test_a_template_without_data_says_so(browser, tmp_path):
    (tmp_path / "template.html").write_text(TEMPLATE, encoding="utf-8")
    browser("fresh")
    browser("goto", (tmp_path / "template.html").as_uri())
    assert "no data" in browser("textContent", "#page")


def test_ten_thousand_items_stay_few_in_the_document(open_page, record_property):
    data = report_data(items=10_000, persons=120, hosts=400, days=30)
    started = time.perf_counter()
    page = open_page(data)
    opened = time.perf_counter()
    page.do("click", ".kind:has-text('Tampering')")
    page.settle()
    answered = time.perf_counter()
    wanted = sum(item["kind"] == "tampering" for item in data["items"])
    assert page.status().startswith(f"{wanted} items")
    page.do("click", "text=Clear filter")
    page.do("click", "label:has-text('By host')")
    page.js("document.querySelector('[role=grid]').scrollTop = 200000")
    page.settle()
    page.settle()
    assert "4," not in page.texts(".row .time")[0]
    assert page.js("document.querySelector('.row[aria-rowindex]:nth-child(8)').getAttribute('aria-rowindex')") > "4000"
    assert page.count("*") < 4000, json.dumps({"elements": page.count("*")})
    record_property("milliseconds to open 10,000 items", round(1000 * (opened - started)))
    record_property("milliseconds to filter them", round(1000 * (answered - opened)))


def bare(items):
    """How many sessions left nothing."""
    return sum(item["kind"] in ("shell-session", "rdp-connection") and not item["evidence"] for item in items)


def distinct(column):
    """How many values a column has."""
    return len({item[column] for item in ITEMS if item[column]})


def plural(count, noun):
    """A number of things, in words."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
