// The analyst's day: one queue over all customers, a filter that survives a reload, an incident's page.
import { PEOPLE, PORTAL, check, signIn } from "./browser.mjs";

const queue = async (page) => {
  await page.goto(PORTAL);
  await signIn(page, PEOPLE.partnerAnalyst);
  await page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Incidents" }).click();
  const rows = page.locator("#lines tbody tr");
  await rows.filter({ hasText: "Alder Foods" }).first().waitFor();
  await rows.filter({ hasText: "Birch Clinics" }).first().waitFor();
  const all = await rows.count();
  check(!(await page.locator("#lines").textContent()).includes("Cedar Freight"), "a customer without consent is in the queue");
  await page.getByLabel("Severity").selectOption("High");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/severity=High/);
  const high = await rows.count();
  check(high > 0 && high < all, `${high} of ${all} incidents are of high severity`);
  await page.reload();
  check((await rows.count()) === high, "the filter did not survive a reload");
  const link = rows.first().getByRole("link");
  const name = await link.textContent();
  await link.click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const alert = page.locator(".timeline details").first();
  await alert.locator("summary").click();
  await alert.getByText("Detected by").waitFor();
  await page.getByRole("img", { name: /alerts, .* devices/ }).waitFor();
};

export const journeys = [{ name: "incidents: one queue over all customers, and an incident's page", walk: queue }];
