// The public documentation's way to partner access, click by click: register, choose permissions, consent, make a secret, let a
// customer consent, and read the customer's incidents through the API with what was copied from the pages.
import { PEOPLE, PORTAL, check, open, setting, signIn } from "./browser.mjs";
import { incidents, token } from "./partner.mjs";


/** Registers an application as the article says, up to the secret; gives what one copies. */
const register = async (page, name, audience) => {
  await page.goto(PORTAL);
  await signIn(page, PEOPLE.partnerAdmin);
  await page.getByRole("navigation", { name: "Portal" }).getByRole("link", { name: "App registrations" }).click();
  await page.getByRole("link", { name: "New registration" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel(audience).check();
  await page.getByLabel("Platform").selectOption({ label: "Web" });
  await page.getByLabel("Address").fill("https://portal.azure.com");
  await page.getByRole("button", { name: "Register" }).click();
  const tabs = page.getByRole("navigation", { name: "Application" });
  await tabs.getByRole("link", { name: "API permissions" }).click();
  await page.getByRole("link", { name: "Add a permission" }).click();
  await page.getByRole("heading", { name: "APIs my organization uses" }).waitFor();
  await page.getByLabel("Search").fill("Microsoft Threat Protection");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "Microsoft Threat Protection" }).click();
  await page.getByRole("group", { name: "Application permissions" }).getByLabel("Incident.Read.All").check();
  await page.getByRole("button", { name: "Add permissions" }).click();
  await page.getByText("not granted").waitFor();
  await page.getByRole("button", { name: "Grant admin consent" }).click();
  await page.getByText("Consent is given for your own organisation.").waitFor();
  await tabs.getByRole("link", { name: "Certificates & secrets" }).click();
  const form = page.getByRole("region", { name: "New client secret" });
  await form.getByLabel("Description").fill("Collector");
  await form.getByRole("button", { name: "Add" }).click();
  const copied = async (id) => {
    await page.locator(`button[data-copy="${id}"]`).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const secret = await copied("secret-value");
  await tabs.getByRole("link", { name: "Overview" }).click();
  return { secret, id: await copied("app-id"), tenant: await copied("tenant-id"), tabs };
};

const oneTenant = async (page) => {
  const { secret, id, tenant } = await register(page, "Journey of one tenant", "single tenant");
  const answer = await token(tenant, id, secret);
  check(answer.status === 200, `the token request was answered with ${JSON.stringify(answer.json)}`);
  const list = await incidents(answer.json.access_token);
  check(list.status === 200 && Array.isArray(list.json.value), `incidents: ${list.status}`);
};

const partner = async (page, { browser }) => {
  const { secret, id, tabs } = await register(page, "Journey of a partner", "multitenant");
  const before = await token(setting("TENANT"), id, secret);
  check(before.status === 400 && before.json.error_codes.includes(700016) || before.json.error_codes.includes(7000229),
    `before the consent: ${JSON.stringify(before.json)}`);
  await tabs.getByRole("link", { name: "Consent link" }).click();
  const link = await page.locator("#link-v1").textContent();

  // Somebody of the customer who is no administrator cannot give it.
  const user = await open(browser, { expected: ["403"] });
  await user.page.goto(link);
  await signIn(user.page, PEOPLE.customerUser);
  await user.page.getByRole("heading", { name: "An administrator is needed" }).waitFor();
  check(user.complaints.length === 0, user.complaints.join("\n"));
  await user.context.close();

  const admin = await open(browser);
  await admin.page.goto(link);
  await signIn(admin.page, PEOPLE.customerAdmin);
  await admin.page.getByRole("heading", { name: "Permissions requested" }).waitFor();
  await admin.page.getByText("Read all incidents").waitFor();
  await admin.page.getByRole("button", { name: "Accept" }).click();
  await admin.page.waitForURL("https://portal.azure.com/**");
  check(admin.complaints.length === 0, admin.complaints.join("\n"));
  await admin.context.close();

  const after = await token(setting("TENANT"), id, secret);
  check(after.status === 200, `after the consent: ${JSON.stringify(after.json)}`);
  const list = await incidents(after.json.access_token);
  check(list.status === 200 && list.json.value.length > 0, `incidents: ${list.status}`);
  await tabs.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("row", { name: /Alder Foods/ }).waitFor();
};

export const journeys = [
  { name: "articles: an application of one tenant, up to its incidents", walk: oneTenant },
  { name: "articles: a partner's application, a customer's consent, the customer's incidents", walk: partner },
];
