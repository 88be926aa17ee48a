// Decodes and checks a token, in the order and the words of the server's own checks. Nothing leaves the browser.
const form = document.querySelector("[data-token-tool]");
const result = document.querySelector("[data-token-result]");
const fetched = async (address) => (await fetch(address)).json();
const [catalogue, { keys }] = await Promise.all([fetched(form.dataset.catalogue), fetched(form.dataset.keys)]);

const element = (name, content = [], attributes = {}) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat());
  return made;
};
/** A text from outside: kept from turning the text around it. */
const foreign = (text) => element("bdi", String(text).replace(/\p{Cc}/gu, "\ufffd"));

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const decoded = (text) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(text)));
const stamp = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

class Failed extends Error {
  constructor(detail, remedy) { super(detail); this.remedy = remedy; }
}

const FOREIGN_TOKEN = "send an access token of this platform, not an id token or another issuer's token";

const parse = (text) => {
  const parts = text.split(".");
  try {
    if (parts.length !== 3 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) throw new Error();
    const [header, claims] = [decoded(parts[0]), decoded(parts[1])];
    if (typeof header.alg !== "string" || typeof claims !== "object" || claims === null) throw new Error();
    return { header, claims, signed: `${parts[0]}.${parts[1]}`, signature: bytes(parts[2]) };
  } catch {
    throw new Failed("this is no JWT: three parts joined by dots, the first two JSON in base64url",
      "paste the access_token of a token response, whole and unchanged");
  }
};

const signature = async ({ header, signed, signature }) => {
  if (header.alg !== "RS256") throw new Failed(`signed with ${header.alg}, not with RS256`, "get a new token");
  const jwk = keys.find((key) => key.kid === header.kid);
  if (!jwk) throw new Failed(`the issuer has no key ${header.kid ?? "(the token names none)"}`, "get the token from the authority of the API that is called");
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, n: jwk.n, e: jwk.e }, algorithm, false, ["verify"]);
  if (!(await crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(signed)))) {
    throw new Failed("the signature does not fit the token", "get a new token; this one was changed on the way or made by somebody else");
  }
  return `made by the issuer's key ${header.kid}`;
};

const claimsInOrder = ({ claims }) => {
  if ("nonce" in claims) throw new Failed("this is an id token (it has a nonce), not an access token", "paste the access_token of the token response, not the id_token");
  for (const name of ["ver", "iss", "aud", "tid"]) if (typeof claims[name] !== "string") throw new Failed(`the claim ${name} is missing`, FOREIGN_TOKEN);
  for (const name of ["nbf", "exp"]) if (!Number.isSafeInteger(claims[name])) throw new Failed(`the claim ${name} is missing or no number of seconds`, FOREIGN_TOKEN);
  return `an access token of version ${claims.ver}`;
};

const issuer = ({ claims }) => {
  const tail = { "1.0": `/${claims.tid}/`, "2.0": `/${claims.tid}/v2.0` }[claims.ver];
  if (tail && catalogue.issuers.some((origin) => claims.iss === origin + tail)) return claims.iss;
  throw new Failed(`issued by ${claims.iss} (version ${claims.ver}), which is not trusted here`, "get the token from the authority that belongs to this API");
};

const tenant = ({ claims }) => {
  if (claims.iss.toLowerCase().split("/").includes(claims.tid.toLowerCase())) return claims.tid;
  throw new Failed(`tid is ${claims.tid} but the issuer is ${claims.iss}`, FOREIGN_TOKEN);
};

const named = (audience) => {
  const bare = audience.replace(/\/$/, "").toLowerCase();
  return catalogue.resources.find((resource) => resource.appId === bare || resource.identifiers.some((known) => known.toLowerCase() === bare));
};

const audience = ({ claims }, call) => {
  const resource = named(claims.aud);
  if (resource && call.resources.includes(resource.name)) return `${resource.name} (${claims.aud})`;
  const wanted = catalogue.resources.find((known) => known.name === call.resources[0]);
  throw new Failed(`issued for ${claims.aud} (${resource?.name ?? "an unknown resource"}), but the call belongs to ${wanted.name}`,
    `ask for the scope ${wanted.identifiers[0]}/.default (v1: resource=${wanted.identifiers[0]})`);
};

const notBefore = ({ claims }) => {
  if (claims.nbf <= Date.now() / 1000) return `valid since ${stamp(claims.nbf)}`;
  throw new Failed(`valid from ${stamp(claims.nbf)} on`, "compare the clocks of the authority and of this machine");
};

const expiry = ({ claims }) => {
  if (Date.now() / 1000 < claims.exp) return `valid until ${stamp(claims.exp)}`;
  throw new Failed(`expired at ${stamp(claims.exp)}`, "get a new token; they live for about an hour");
};

/** What the token carries, and of which kind. */
const carried = (claims) =>
  typeof claims.scp === "string" ? ["scopes", claims.scp.split(" ").filter(Boolean)] : ["roles", Array.isArray(claims.roles) ? claims.roles.map(String) : []];
const singular = (value) => value.replace(/^(Incident|Alert)s\./, "$1.");

const permission = ({ claims }, call) => {
  const [kind, held] = carried(claims);
  if (held.some((value) => call[kind].includes(singular(value)))) return `${kind === "roles" ? "roles" : "scp"}: ${held.join(", ")}`;
  throw new Failed(`needs ${call[kind].join(" or ")} of ${call.resources[0]}; the token carries: ${held.join(", ") || "none"}`,
    `add ${call[kind][0]} to the app registration, have an administrator of this tenant consent, and get a new token`);
};

const may = (token, call) => {
  try { audience(token, call); permission(token, call); return true; } catch { return false; }
};

const CHECKS = [
  ["signature", signature], ["claims", claimsInOrder], ["issuer", issuer], ["tenant", tenant], ["audience", audience],
  ["not before", notBefore], ["expiry", expiry], ["permission", permission],
];

const table = (headings, rows, label) =>
  element("div", element("table", [
    element("thead", element("tr", headings.map((heading) => element("th", heading, { scope: "col" })))),
    element("tbody", rows.map((cells) => element("tr", cells.map((cell, index) => element(index ? "td" : "th", cell, index ? { class: "wrap" } : { scope: "row" }))))),
  ], { class: "grid" }), { class: "scroll", tabindex: "0", role: "region", "aria-label": label });

const TAGS = { ok: ["ok", "tag good"], failed: ["failed", "tag danger"], skipped: ["skipped", "tag"] };
const tag = (outcome) => element("span", TAGS[outcome][0], { class: TAGS[outcome][1] });

const show = async () => {
  const text = form.elements.token.value.trim().replace(/^Bearer\s+/i, "");
  if (!text) { result.replaceChildren(); return; }
  const call = catalogue.calls.find((known) => known.call === form.elements.call.value);
  const rows = [];
  let token;
  try {
    token = parse(text);
    rows.push(["form", tag("ok"), `a JWT signed with ${token.header.alg}`]);
  } catch (failure) {
    result.replaceChildren(element("h2", "Checks"), table(["Check", "Outcome", "Found"], [["form", tag("failed"), `${failure.message}; ${failure.remedy}`]], "Checks"));
    return;
  }
  let broken = false;
  let refused = false;
  for (const [name, check] of CHECKS) {
    if (broken) { rows.push([name, tag("skipped"), "an earlier failure leaves nothing to check"]); continue; }
    try {
      rows.push([name, tag("ok"), foreign(await check(token, call))]);
    } catch (failure) {
      refused = true;
      rows.push([name, tag("failed"), [foreign(failure.message), element("br"), "What to do: ", foreign(failure.remedy ?? "get a new token")]]);
      // Without these claims nothing else can be looked at.
      if (check === claimsInOrder) broken = true;
    }
  }
  // Somebody may have typed on meanwhile.
  if (text !== form.elements.token.value.trim().replace(/^Bearer\s+/i, "")) return;
  const parts = [
    element("p", `${call.call} is ${refused ? "refused" : "accepted"}.`, { class: refused ? "problem" : "notice" }),
    element("h2", "Checks"), table(["Check", "Outcome", "Found"], rows, "Checks"),
  ];
  if (!broken) {
    const [kind, held] = carried(token.claims);
    const resource = named(token.claims.aud);
    const described = (value) => resource?.[kind].find((known) => known.value === singular(value))?.description ?? "not in the catalogue of this resource";
    parts.push(element("h2", kind === "roles" ? "Roles" : "Scopes"));
    parts.push(held.length
      ? table(["Permission", "What it allows"], held.map((value) => [foreign(value), described(value)]), "Permissions")
      : element("p", "The token carries no permission: nothing was granted to the application in this tenant."));
    const possible = catalogue.calls.filter((known) => may(token, known));
    parts.push(element("h2", "Calls that it may make"));
    parts.push(possible.length ? element("ul", possible.map((known) => element("li", element("code", known.call)))) : element("p", "None."));
  }
  parts.push(element("h2", "Header"), element("pre", foreign(JSON.stringify(token.header, null, 2))));
  parts.push(element("h2", "Claims"), element("pre", foreign(JSON.stringify(token.claims, null, 2))));
  result.replaceChildren(...parts);
};

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
// A page that is brought back by the browser may have kept what was typed.
show();
