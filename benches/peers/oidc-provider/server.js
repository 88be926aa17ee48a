// oidc-provider with its in-memory store, issuing RS256 access tokens as JWTs to one confidential client over TLS.
//
// Settings come from the environment: PORT, TLS_CERTIFICATE and TLS_KEY (PEM files), CLIENT_ID, CLIENT_SECRET.

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

import { Provider } from "oidc-provider";

const { PORT, TLS_CERTIFICATE, TLS_KEY, CLIENT_ID, CLIENT_SECRET } = process.env;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(`https://localhost:${PORT}`, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  cookies: { keys: [CLIENT_SECRET] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        accessTokenFormat: "jwt",
        accessTokenTTL: 3600,
        jwt: { sign: { alg: "RS256" } },
        scope: "read",
      }),
    },
  },
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", kid: "only", use: "sig" }] },
  scopes: ["read"],
});

createServer({ cert: readFileSync(TLS_CERTIFICATE), key: readFileSync(TLS_KEY) }, provider.callback()).listen(
  Number(PORT),
  "127.0.0.1",
);
