"""The explorer page as a person meets it, in headless Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from explorer_world import CHROMIUM, DRIVER, Page, browsing
from http_world import Client, serving

from outlook_connector.sandbox import Sandbox

pytest.importorskip("selenium.webdriver", reason="needs selenium, which the dev group installs")

from selenium.webdriver.common.keys import Keys

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium: apt-get install chromium chromium-driver"
    ),
]

KEY = "k-6f1f0c1d2f-of-the-explorer-tests"
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browsing(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}) as client:
        yield client


@pytest.fixture
def page(browser: Any, host: Client) -> Page:
    browser.set_window_size(1280, 900)
    return Page(browser, host.port)


def cells(result: Any, column: int = 1) -> list[str]:
    return [one.text for one in result.find_elements("css selector", f"tbody td:nth-child({column})")]


def test_a_mailbox_is_connected_a_mail_is_sent_and_it_stands_in_the_list(
    browser: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    with serving(tmp_path, {"sales": sandbox.config(refreshToken=None)}, keys=(KEY,)) as client:
        page = Page(browser, client.port)
        browser.set_window_size(1280, 900)
        browser.get(page.home)
        assert "key" in page.one(".problem").text
        page.one("#key").send_keys(KEY, Keys.ENTER)
        page.until("#standing", lambda one: one.text == "no mailbox yet")
        signed_in(page, sandbox)
        page.until("#standing", lambda one: one.text == "adele@contoso.example")
        sent(page, "From the form")
        assert KEY not in page.one("#snippet").text and "$OUTLOOK_KEY" in page.one("#snippet").text
        page.open("messages.list")
        page.write("folder", "sentitems")
        page.write("limit", "1")
        assert cells(page.run()) == ["From the form"]
        assert browser.execute_script("return localStorage.length") == 0


def signed_in(page: Page, sandbox: Sandbox) -> None:
    """Connects the first user's mailbox: the page's button, Microsoft's page in a tab of its own, and back."""
    browser = page.browser
    explorer = browser.current_window_handle
    page.click("#connect")
    page.until("body", lambda one: len(browser.window_handles) == 2)
    browser.switch_to.window(next(one for one in browser.window_handles if one != explorer))
    page.one("#login").send_keys(sandbox.users[0].address)
    page.one("#passwd").send_keys(sandbox.users[0].password)
    page.click("#submit")
    asked = page.until(
        "#accept, h1", lambda one: one.get_attribute("id") == "accept" or one.text == "Signed in"
    )
    if asked.get_attribute("id") == "accept":
        asked.click()
    page.until("h1", lambda one: one.text == "Signed in")
    browser.close()
    browser.switch_to.window(explorer)
    browser.execute_script("window.dispatchEvent(new Event('focus'))")


def sent(page: Page, subject: str) -> None:
    page.open("messages.send")
    page.write("to", "kim@contoso.example")
    page.write("subject", subject)
    page.click("#run")
    page.until("#confirm[open]")
    page.click("#confirm-yes")
    assert "Done" in page.result().text


def test_nothing_is_sent_unless_the_person_says_so(page: Page, host: Client) -> None:
    before = host.invoke("messages.count", {"folder": "sentitems"}).json()
    page.open("messages.send")
    page.write("to", "kim@contoso.example")
    page.click("#run")
    dialog = page.until("#confirm[open]")
    assert "can't be taken back" in dialog.text
    dialog.find_element("css selector", "button[value=no]").click()
    page.until("body", lambda one: not page.all("#confirm[open]"))
    assert "Nothing has run yet" in page.script(
        "return getComputedStyle(document.querySelector('#result'), '::before').content"
    )
    assert host.invoke("messages.count", {"folder": "sentitems"}).json() == before


def test_what_was_typed_stays_when_another_connection_is_chosen_and_its_answer_goes(
    browser: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    connections = {
        "sales": sandbox.config(),
        "support": sandbox.config(),
        "archive": sandbox.config(operations={"deny": ["messages.list"]}),
    }
    with serving(tmp_path, connections) as client:
        page = Page(browser, client.port)
        page.open("messages.list")
        page.write("limit", "2")
        assert len(cells(page.run())) == 2
        chosen(page, "support")
        page.until("#result", lambda one: not one.text)
        assert "support" in page.one("#snippet").text
        assert len(cells(page.run())) == 2
        chosen(page, "archive")
        page.until("#result", lambda one: not one.text)
        assert "messages.list" in page.run().text
        assert page.one('[name="input[limit]"]').get_attribute("value") == "2"


def chosen(page: Page, connection: str) -> None:
    page.one(f'#connection option[value="{connection}"]').click()


def test_a_mail_of_hostile_content_is_shown_as_text(page: Page, host: Client) -> None:
    draft = {"to": ["kim@contoso.example"], "subject": HOSTILE, "body": HOSTILE, "bodyType": "html"}
    made = host.invoke("drafts.create", draft).json()
    page.open("messages.list")
    page.write("folder", "drafts")
    result = page.run()
    assert HOSTILE in cells(result)
    page.open("messages.get")
    page.write("messageId", made["id"])
    assert HOSTILE in page.run().text
    page.click("#result input[value=JSON]")
    assert "onerror" in page.one("#result pre").text
    assert not page.all("#result img, #result script")
    assert page.browser.title != "taken"


def test_the_keyboard_alone_finds_fills_runs_and_reads(page: Page) -> None:
    page.open()
    press(page, "search", lambda active: active.get_attribute("id") == "search")
    page.browser.switch_to.active_element.send_keys("list messages folder", Keys.ARROW_DOWN)
    assert page.browser.switch_to.active_element.get_attribute("data-name") == "messages.list"
    outlined = "return getComputedStyle(document.activeElement).outlineStyle"
    assert page.browser.execute_script(outlined) == "solid"
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    page.until(".input .run")
    press(page, "folder", lambda active: active.get_attribute("name") == "input[folder]")
    page.browser.switch_to.active_element.send_keys("inbox", Keys.ENTER)
    assert "items in" in page.result().text
    press(page, "table", lambda active: active.get_attribute("aria-label") == "Answer as a table")
    assert page.one("#result").get_attribute("aria-live") == "polite"


def press(page: Page, wanted: str, there: Any) -> None:
    """Tab, until the focus is there."""
    for _ in range(60):
        if there(page.browser.switch_to.active_element):
            return
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
    raise AssertionError(f"Tab does not come to {wanted}")


def test_a_file_of_the_persons_own_is_attached(page: Page, host: Client, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("Figures", encoding="utf-8")
    page.open("drafts.create")
    page.write("to", "kim@contoso.example")
    page.one("#attach").send_keys(str(tmp_path / "report.txt"))
    page.until(".attach", lambda one: "report.txt is attached" in one.text)
    assert "Done" in page.run().text
    page.click("#result input[value=JSON]")
    made = json.loads(page.one("#result pre").text)
    listed = host.invoke("attachments.list", {"messageId": made["id"]}).json()["value"]
    assert [(one["name"], one["size"] > 0) for one in listed] == [("report.txt", True)]


def test_enter_opens_the_best_that_is_found_and_a_trigger_is_polled_from_its_cursor(
    page: Page, host: Client
) -> None:
    page.open()
    search = page.one("#search")
    search.send_keys("nothing-like-it")
    page.until("#found", lambda one: one.text.startswith("0 of "))
    search.clear()
    search.send_keys("mail arrived", Keys.ENTER)
    page.until(".input .run", lambda one: one.text == "Poll")
    assert page.browser.current_url.endswith("#message.received")
    assert "0 items" in page.run().text
    host.invoke("messages.send", {"to": ["adele@contoso.example"], "subject": "Arrived"})
    page.click("#result .result-head button:last-child")
    page.until("#result .done", lambda one: one.text.startswith("1 item "))
    page.click("#result input[value=JSON]")
    event = json.loads(page.one("#result pre").text)["value"][0]
    arrived = host.invoke("messages.list", {"folder": "inbox", "limit": 1}).json()["value"][0]
    assert (event["messageId"], arrived["subject"]) == (arrived["id"], "Arrived")


def test_an_error_names_its_code_what_to_do_and_the_field(page: Page) -> None:
    page.open("messages.send")
    page.write("to", "kim@contoso.example\nnobody")
    page.write("subject", "Hello")
    page.click("#run")
    page.click("#confirm[open] #confirm-yes")
    problem = page.until("#result .problem")
    assert "invalidInput" in problem.text and "Do:" in problem.text
    field = page.one('[name="input[to]"]')
    assert field.get_attribute("aria-invalid") == "true"
    told = field.get_attribute("aria-describedby").split()[-1]
    assert "address" in page.script("return document.getElementById(a[0]).textContent", told)
    page.click("#result .problem button.link")
    assert page.browser.switch_to.active_element == field


def test_a_narrow_screen_never_scrolls_sideways(page: Page) -> None:
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        wide = {}
        for name in ("", "messages.list", "rules.create", "messages.send"):
            page.open(name) if name else page.browser.get(page.home)
            page.until("#groups a" if not name else "#run", lambda one: one.is_displayed())
            if name == "messages.list":
                page.run()
            wide[name] = page.script(
                "return [document.documentElement.scrollWidth, innerWidth]",
            )
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide == {name: [360, 360] for name in wide}


def test_every_form_is_drawn_and_nothing_is_asked_of_another_host(page: Page, host: Client) -> None:
    page.open()
    page.browser.get_log("performance")
    page.complaints()
    drawn = page.script(DRAW, [one["name"] for one in host.get("/operations").json()["operations"]])
    assert {name: told[:-1] for name, told in drawn.items() if told[:-1]} == {}
    assert {name for name, told in drawn.items() if told[-1]} == {"messages.categorize"}  # an empty list
    page.open("rules.create")
    page.click("[data-example='0']")
    hosts = {urlsplit(url).netloc for url in page.asked() if not url.startswith(("about:", "data:"))}
    assert hosts == {urlsplit(page.home).netloc}
    assert page.complaints() == []


DRAW = """
const { operationForm } = await import("/explorer/form.js");
const { holds, toForm } = await import("/explorer/form-values.js");
const { formSchema } = await import("/explorer/form-schema.js");
const told = {};
for (const name of a[0]) {
  const entry = await (await fetch(`/operations/${name}`)).json();
  const schema = formSchema(entry.inputSchema);
  const place = document.body.appendChild(document.createElement("div"));
  const form = await operationForm(place, entry, () => undefined);
  const shown = () => JSON.stringify(toForm(form.value(), schema));
  told[name] = JSON.stringify(form.value()) === "{}" ? [] : [form.value()];
  for (const example of entry.examples.filter((one) => holds(one, schema))) {
    form.set(example);
    if (shown() !== JSON.stringify(toForm(example, schema))) told[name].push([example, form.value()]);
  }
  told[name].push(entry.examples.filter((one) => !holds(one, schema)).length);
  place.remove();
}
return told;
"""
"""For every operation, the examples that its form changes, and last how many it can't hold."""
