// The token tool: a good token, the same one changed, and one for another API, judged in the browser.
import { PORTAL, check } from "./browser.mjs";
import { scenarioToken } from "./partner.mjs";

const tool = async (page, { context }) => {
  const token = await scenarioToken("https://api.security.microsoft.com");
  const graph = await scenarioToken("https://graph.microsoft.com");
  // Nobody has to sign in for it.
  await page.goto(`${PORTAL}/token`);
  await page.getByRole("heading", { level: 1, name: "Token tool" }).waitFor();
  await page.waitForLoadState("networkidle");
  const sent = [];
  context.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  const field = page.getByLabel("Token", { exact: true });
  const outcome = (text) => page.locator("[data-token-result] p", { hasText: text }).first().waitFor();
  const row = (name) => page.getByRole("region", { name: "Checks" }).getByRole("row", { name: new RegExp(`^${name}`) });

  await field.fill(token);
  await outcome("GET /api/incidents is accepted.");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `a token makes the page ${wide} pixels wider than the window`);
  await page.getByText("Reads every incident of the organisation").waitFor();
  await page.getByLabel("Call to explain").selectOption("POST /wardenry/v1/ingest");
  await outcome("POST /wardenry/v1/ingest is refused.");
  await page.getByLabel("Call to explain").selectOption("GET /api/incidents");

  const [header, claims, signature] = token.split(".");
  const changed = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
  changed.roles = ["Incident.ReadWrite.All", "<img src=x onerror=alert(1)>"];
  const forged = btoa(JSON.stringify(changed)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  await field.fill(`${header}.${forged}.${signature}`);
  await outcome("GET /api/incidents is refused.");
  check((await row("signature").textContent()).includes("failed"), "a changed token has a good signature");
  check((await page.locator("[data-token-result] img").count()) === 0, "a claim has become an element");

  await field.fill(graph);
  await outcome("GET /api/incidents is refused.");
  check((await row("audience").textContent()).includes("ask for the scope https://api.security.microsoft.com/.default"), "no remedy");

  await field.fill("nonsense");
  await page.getByText("this is no JWT").waitFor();
  check(sent.length === 0, `something was sent: ${sent.join("\n")}`);
};

export const journeys = [{ name: "token: judged in the browser, and nothing is sent", walk: tool }];
