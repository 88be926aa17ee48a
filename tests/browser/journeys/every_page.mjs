// What holds for every page, found by following links: accessible in both themes, no wider than a telephone, nothing in the console,
// nothing from elsewhere; and pictures of all of them.
import { join } from "node:path";
import { AXE, PEOPLE, PORTAL, check, open, signIn } from "./browser.mjs";

/** One address for each kind of page: ids are taken out to tell kinds apart. */
const kind = (address) =>
  address
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}")
    .replace(/\/incidents\/\d+/, "/incidents/{id}")
    .replace(/\/tables\/[^/?]+/, "/tables/{name}")
    .replace(/\?.*/, "");

/** The addresses of a kind of page each, from the start page on. */
const pagesOf = async (page) => {
  const waiting = ["/portal"];
  const found = new Map();
  while (waiting.length) {
    const address = waiting.shift();
    if (found.has(kind(address))) continue;
    const answer = await page.goto(new URL(address, PORTAL).href);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    found.set(kind(address), address);
    const links = await page.$$eval("a[href]:not([download])", (all) => all.map((link) => link.getAttribute("href")));
    waiting.push(...links.map((link) => link.split("#")[0]).filter((link) => link.startsWith("/portal")));
  }
  return found;
};

const audit = async (page, where) => {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
};

const every = (theme, width) => async (page) => {
  await page.goto(PORTAL);
  const problems = await audit(page, "sign-in");
  await signIn(page, PEOPLE.partnerAdmin);
  await page.getByRole("heading", { level: 1, name: "Home" }).waitFor();
  const pages = await pagesOf(page);
  for (const [name, address] of pages) {
    await page.goto(new URL(address, PORTAL).href);
    await page.evaluate(() => document.querySelectorAll("main details").forEach((details) => { details.open = true; }));
    problems.push(...(await audit(page, name)));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) problems.push(`${name} is ${wide} pixels wider than the window`);
  }
  check(pages.size >= 10, `only ${[...pages.keys()]}`);
  check(problems.length === 0, problems.join("\n"));
};

export const journeys = [
  { name: "every page: accessible, light, 1280 px", walk: every("light", 1280) },
  { name: "every page: accessible, dark, 360 px", options: { theme: "dark", width: 360 }, walk: every("dark", 360) },
  { name: "every page: accessible, light, 2560 px", options: { width: 2560 }, walk: every("light", 2560) },
];

/** Pictures of every page in both themes. */
export const screenshots = async (browser, folder) => {
  for (const theme of ["light", "dark"]) {
    const { context, page } = await open(browser, { theme });
    const picture = async (name) => {
      const file = join(folder, `${name.replace(/^\/portal\/?/, "").replace(/[^a-z0-9-]+/g, "-").replace(/^-|-$/g, "") || "home"}-${theme}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
    };
    await page.goto(PORTAL);
    await picture("sign-in");
    await signIn(page, PEOPLE.partnerAdmin);
    await page.getByRole("heading", { level: 1, name: "Home" }).waitFor();
    for (const [name, address] of await pagesOf(page)) {
      await page.goto(new URL(address, PORTAL).href);
      await picture(name);
    }
    await context.close();
  }
};
