// What the partner's program does, outside of the browser.
import https from "node:https";
import { readFileSync } from "node:fs";
import { setting } from "./browser.mjs";

const tls = { ca: readFileSync(setting("CA_FILE")) };

/** A request outside of the browser: what the partner's program does. */
const request = (address, options = {}, body = undefined) =>
  new Promise((resolve, reject) => {
    const asked = https.request(address, { ...tls, ...options }, (answer) => {
      let text = "";
      answer.on("data", (part) => { text += part; });
      answer.on("end", () => resolve({ status: answer.statusCode, json: JSON.parse(text) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });

/** A token of an application for a tenant, from the v1 endpoint. */
export const token = (tenant, id, secret, resource = "https://api.security.microsoft.com") => {
  const form = new URLSearchParams({
    resource, client_id: id, client_secret: secret, grant_type: "client_credentials",
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return request(`${setting("AUTHORITY")}/${tenant}/oauth2/token`, { method: "POST", headers }, form.toString());
};

/** What the incidents API answers. */
export const incidents = (bearer) =>
  request(`${setting("API_BASE")}/api/incidents`, { headers: { authorization: `Bearer ${bearer}` } });

/** A token of the scenario's application for the first customer. */
export const scenarioToken = async (resource) => {
  const answer = await token(setting("TENANT"), setting("CLIENT_ID"), setting("CLIENT_SECRET"), resource);
  if (answer.status !== 200) throw new Error(`no token: ${JSON.stringify(answer.json)}`);
  return answer.json.access_token;
};
