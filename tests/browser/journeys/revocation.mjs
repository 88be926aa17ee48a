// A customer's administrator looks at what a foreign application may do, and takes a permission back: the application's next token
// is without it, and the page says so.
import { PEOPLE, PORTAL, check, signIn } from "./browser.mjs";
import { incidents, scenarioToken } from "./partner.mjs";

const APP = "Harbour Watch connector";
const RESOURCE = "https://api.security.microsoft.com";

const revocation = async (page) => {
  check((await incidents(await scenarioToken(RESOURCE))).status === 200, "the application cannot read incidents to begin with");
  await page.goto(PORTAL);
  await signIn(page, PEOPLE.customerAdmin);
  await page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Enterprise applications" }).click();
  await page.getByRole("link", { name: APP }).click();
  await page.getByRole("heading", { level: 1, name: APP }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Permissions", exact: true }).click();
  const row = page.getByRole("row", { name: /Incident\.Read\.All/ });
  await row.getByRole("button", { name: /Revoke/ }).click();
  await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
  check((await row.count()) === 0, "the permission is still in the list");
  const refused = await incidents(await scenarioToken(RESOURCE));
  check(refused.status === 403, `without the permission: ${refused.status}`);
  await page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("row", { name: /app_role_assignment\.remove/ }).filter({ hasText: PEOPLE.customerAdmin[0] }).first().waitFor();
};

export const journeys = [{ name: "revocation: a customer takes a permission back", walk: revocation }];
