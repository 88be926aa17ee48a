// Registration without a mouse: every step is reached with the Tab key, and what has the focus is seen.
import { PEOPLE, PORTAL, check } from "./browser.mjs";

/** Presses Tab until the focused element has this name; fails when the page has been gone through. */
const reach = async (page, name) => {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
      const outline = getComputedStyle(element);
      return { label: label.trim(), value: element.value ?? "", seen: outline.outlineStyle !== "none" && outline.outlineWidth !== "0px" };
    });
    if (focused.label.startsWith(name) || focused.value === name) {
      check(focused.seen, `${name} has the focus and does not show it`);
      return;
    }
  }
  throw new Error(`the Tab key does not reach ${name}`);
};

/** Presses Enter and waits for the page that it leads to. */
const enter = async (page, heading) => {
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
};

const registration = async (page) => {
  const [user, password] = PEOPLE.partnerAdmin;
  await page.goto(`${PORTAL}/registrations`);
  // The page puts the focus into the first field.
  await page.waitForFunction(() => document.activeElement.name === "user_name");
  await page.keyboard.type(user);
  await reach(page, "Password");
  await page.keyboard.type(password);
  await enter(page, "App registrations");
  await page.keyboard.press("Tab");
  check((await page.evaluate(() => document.activeElement.textContent)) === "Skip to the content", "the first stop is not the skip link");
  await page.keyboard.press("Enter");
  await reach(page, "New registration");
  await enter(page, "Register an application");
  await reach(page, "Name");
  await page.keyboard.type("By keyboard");
  // A group of radio buttons is one stop; the arrow chooses.
  await reach(page, "Accounts in this organizational directory only");
  await page.keyboard.press("ArrowDown");
  await reach(page, "Address");
  await page.keyboard.type("https://portal.azure.com");
  await reach(page, "Register");
  await enter(page, "By keyboard");
  await page.getByText("(multitenant)").waitFor();
  await reach(page, "API permissions");
  await enter(page, "By keyboard – API permissions");
  await reach(page, "Add a permission");
  await enter(page, "Add a permission");
  await page.waitForFunction(() => document.activeElement.name === "q");
  await page.keyboard.type("threat");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=threat/);
  await reach(page, "Microsoft Threat Protection");
  await enter(page, "Request API permissions");
  await reach(page, "Incident.Read.All");
  await page.keyboard.press("Space");
  await reach(page, "Add permissions");
  await enter(page, "By keyboard – API permissions");
  await reach(page, "Grant admin consent");
  await page.keyboard.press("Enter");
  await page.getByText("Consent is given for your own organisation.").waitFor();
  await reach(page, "Certificates & secrets");
  await enter(page, "By keyboard – Certificates & secrets");
  await reach(page, "Description");
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Copy the value now" }).waitFor();
};

export const journeys = [{ name: "keyboard: an application is registered without a mouse", walk: registration }];
