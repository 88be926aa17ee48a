// Hunting as an analyst does it: a mistake and its fix, a chart, a hundred thousand rows, a query that is ended, one over all customers,
// one that is saved and sent to a colleague; and the same page without scripts.
import { PEOPLE, PORTAL, check, signIn } from "./browser.mjs";

const HUNTING = `${PORTAL}/hunting`;

const begin = async (page, who = PEOPLE.customerAdmin) => {
  await page.goto(PORTAL);
  await signIn(page, who);
  await page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Hunting" }).click();
  await page.getByRole("heading", { level: 1, name: "Hunting" }).waitFor();
};

const editor = (page) => page.getByRole("textbox", { name: "Query" });
const said = (page, text) => page.locator("#hunt-state", { hasText: text }).waitFor();

/** Writes a query in place of what is there, and runs it from the keyboard. */
const run = async (page, query) => {
  await editor(page).fill(query);
  await page.keyboard.press("Control+Enter");
};

const mistake = async (page) => {
  await begin(page);
  await editor(page).click();
  await page.keyboard.type("DeviceProcessEvents | whe");
  await page.getByRole("option", { name: "where operator" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.type(" FileNam == 'cmd.exe' | summarize count() by bin(Timestamp, 1d) | render timechart");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "The query is wrong" }).waitFor();
  await page.locator(".editor-layer .squiggle", { hasText: "FileNam" }).waitFor();
  await page.getByRole("button", { name: "Apply" }).first().click();
  check((await editor(page).inputValue()).includes("where FileName =="), await editor(page).inputValue());
  await page.keyboard.press("Shift+Enter");
  await page.locator(".chart svg").waitFor();
  await said(page, "The query gave");
  check((await page.locator("#hunt-quota").textContent()).includes("queries this minute"), "no quota");
};

const manyRows = async (page) => {
  await begin(page);
  await run(page, "range n from 1 to 100000 step 1 | extend name = strcat('device-', n % 977), big = 9007199254740993");
  await said(page, "The query gave 100,000 rows");
  const grid = page.getByRole("grid", { name: "Rows" });
  check((await grid.locator(".rows-body > div").count()) < 200, "all rows are in the document");
  const slowest = await grid.evaluate(async (box) => {
    let slowest = 0;
    for (let step = 0; step < 60; step += 1) {
      const start = performance.now();
      box.scrollTop += 40_000;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      slowest = Math.max(slowest, performance.now() - start);
    }
    return slowest;
  });
  check(slowest < 2000, `the grid stood still for ${slowest} ms`);
  await page.getByRole("columnheader", { name: "n", exact: true }).getByRole("button").click();
  await said(page, "Sorted by n, ascending.");
  await page.getByRole("columnheader", { name: "n", exact: false }).first().getByRole("button").click();
  await said(page, "Sorted by n, descending.");
  await grid.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  const details = await page.getByRole("region", { name: "Details of the row" }).textContent();
  check(details.includes("100000") && details.includes("9007199254740993"), details);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
  check(download.suggestedFilename() === "result.csv", download.suggestedFilename());
};

const ended = async (page) => {
  await begin(page);
  await run(page, "range a from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 100000 step 1 | extend k = 1) on k | summarize count()");
  await page.getByRole("button", { name: "Cancel" }).waitFor();
  await page.keyboard.press("Escape");
  await said(page, "The query was cancelled.");
};

const customers = async (page) => {
  await begin(page, PEOPLE.partnerAnalyst);
  const scope = page.getByLabel("Run in");
  await scope.selectOption({ value: "customers" });
  await run(page, "DeviceProcessEvents | summarize Events = count() by DeviceName | top 3 by Events");
  await said(page, "organisations have answered, with");
  const table = page.getByRole("region", { name: "Organisations" });
  const text = await table.textContent();
  check(text.includes("Alder Foods") && text.includes("complete"), text);
};

const kept = async (page) => {
  await begin(page);
  await editor(page).fill("DeviceInfo | take 3");
  await page.getByText("Save", { exact: true }).click();
  await page.getByLabel("Name").fill("Three devices");
  await page.getByLabel("Share with my organisation").check();
  await page.getByRole("button", { name: "Save query" }).click();
  await page.getByText("The query is saved.").waitFor();
  await page.getByRole("link", { name: "Three devices" }).click();
  check((await editor(page).inputValue()) === "DeviceInfo | take 3", await editor(page).inputValue());
  await page.getByRole("button", { name: "Copy link" }).click();
  await said(page, "A link to this query is copied.");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto("about:blank");
  await page.goto(link);
  check((await editor(page).inputValue()) === "DeviceInfo | take 3", `${link}: ${await editor(page).inputValue()}`);
};

const withoutScripts = async (page) => {
  await begin(page);
  await editor(page).fill("DeviceProcessEvents | summarize count() by FileName | top 5 by count_ | render columnchart");
  await page.getByRole("button", { name: "Run query" }).click();
  await page.getByRole("heading", { name: "5 rows" }).waitFor();
  await page.locator(".chart svg").waitFor();
  check(page.url() === `${HUNTING}/run`, page.url());
  await page.getByRole("link", { name: "DeviceInfo", exact: true }).click();
  await page.getByRole("button", { name: "Show sample values" }).click();
  await page.getByRole("columnheader", { name: "Sample values" }).waitFor();
};

export const journeys = [
  { name: "hunting: a mistake, its fix, a chart", walk: mistake },
  { name: "hunting: a hundred thousand rows", walk: manyRows },
  { name: "hunting: a query that is ended", walk: ended },
  { name: "hunting: one query over all customers", walk: customers },
  { name: "hunting: a query that is saved and sent", walk: kept },
  { name: "hunting: without scripts", options: { scripts: false }, walk: withoutScripts },
];
