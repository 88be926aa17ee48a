// Chromium, and what every journey watches: the console, the network, the people of the demo.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.WARDENRY_MODULES, "x.js"));
const { chromium } = require("playwright-core");
export const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What the server has written for test suites. */
export const setting = (name) => {
  const value = process.env[`WARDENRY_${name}`];
  if (!value) throw new Error(`the server has not said ${name}`);
  return value;
};

export const PORTAL = setting("PORTAL");
const ORIGIN = new URL(PORTAL).origin;

/** People of the built-in scenario besides those whose names the server writes. */
export const PEOPLE = {
  partnerAdmin: [setting("PARTNER_ADMIN_USER"), setting("PARTNER_ADMIN_PASSWORD")],
  partnerAnalyst: ["kit@harbourwatch.example", "harbour-analyst-57"],
  customerAdmin: [setting("ADMIN_USER"), setting("ADMIN_PASSWORD")],
  customerUser: ["tom@alderfoods.example", "alder-bakery-18"],
};

export const launch = () =>
  chromium.launch({
    executablePath: process.env.WARDENRY_CHROMIUM,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-default-apps",
    ],
  });

/**
 * A fresh browser context with one page. `complaints` collects what must never happen: console errors, exceptions, requests
 * to other addresses. Answers with an error status are left out of it where a journey provokes them (`expected`).
 */
export const open = async (browser, options = {}) => {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.theme ?? "light",
    javaScriptEnabled: options.scripts ?? true,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  const expected = options.expected ?? [];
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (!expected.some((text) => message.text().includes(text))) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  await context.route((url) => url.origin !== ORIGIN, (route) => {
    const address = route.request().url();
    // Where the documentation's consent link leads back to: another company's page, which is not asked here.
    if (address.startsWith("https://portal.azure.com/")) return route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Back</h1>" });
    complaints.push(`request to ${address}`);
    return route.abort();
  });
  return { context, page, complaints };
};

export const signIn = async (page, [name, password]) => {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

/** Asserts with a message that says what was seen. */
export const check = (condition, message) => {
  if (!condition) throw new Error(message);
};
