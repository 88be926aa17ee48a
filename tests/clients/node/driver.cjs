// Holds one Node library. Reads questions as lines of JSON, answers each with one.
//
// {"do": "open", …} asks for a new client object, {"do": "token", "scope": …} for a token from it, which is answered with
// `token` or `failure`, and with what went over the wire. The object is made with its first token: making it may fail.
//
// usage: node driver.cjs LIBRARY FOLDER_WITH_NODE_MODULES

'use strict';

const fs = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const tls = require('node:tls');

const [name, folder] = process.argv.slice(2);
const installed = createRequire(path.join(folder, 'package.json'));

let sent = '';

// Keeps a copy of what goes into TLS connections; the libraries notice nothing.
function recordWhatIsSent() {
  const { _write, _writev } = net.Socket.prototype;
  net.Socket.prototype._write = function (chunk, encoding, done) {
    record(this, chunk, encoding);
    return _write.call(this, chunk, encoding, done);
  };
  net.Socket.prototype._writev = function (chunks, done) {
    chunks.forEach(({ chunk, encoding }) => record(this, chunk, encoding));
    return _writev.call(this, chunks, done);
  };
}

function record(socket, chunk, encoding) {
  if (socket instanceof tls.TLSSocket) {
    sent += (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk)).toString('latin1');
  }
}

function whatWasSent() {
  const requests = [...sent.matchAll(/(GET|POST) (\/\S*) HTTP\/1\.1\r\n/g)].map(
    ([, method, target]) => `${method} ${target.split('?')[0]}`,
  );
  const assertion = /client_assertion=([^&\s]+)/.exec(sent);
  sent = '';
  const encoded = assertion && decodeURIComponent(assertion[1]).split('.')[0];
  return {
    requests,
    assertion_header: encoded && JSON.parse(Buffer.from(encoded, 'base64url').toString()),
  };
}

class MsalNode {
  open(asked) {
    const { ConfidentialClientApplication } = installed('@azure/msal-node');
    const auth = {
      clientId: asked.client_id,
      authority: `${asked.authority}/${asked.tenant}`,
      ...this.#credential(asked.credential),
    };
    if (asked.instance_metadata) {
      auth.cloudDiscoveryMetadata = asked.instance_metadata;
    } else {
      auth.knownAuthorities = [new URL(asked.authority).host];
    }
    this.app = new ConfidentialClientApplication({ auth });
  }

  #credential(credential) {
    if (credential.form === 'secret') {
      return { clientSecret: credential.secret };
    }
    const clientCertificate = { privateKey: fs.readFileSync(credential.key_file, 'utf8') };
    if (credential.form === 'SHA-1 thumbprint') {
      clientCertificate.thumbprint = credential.sha1;
    } else {
      clientCertificate.thumbprintSha256 = credential.sha256;
    }
    if (credential.form === 'SHA-256 thumbprint and chain') {
      clientCertificate.x5c = fs.readFileSync(credential.certificate_file, 'utf8');
    }
    return { clientCertificate };
  }

  async token(scope) {
    return (await this.app.acquireTokenByClientCredential({ scopes: [scope] })).accessToken;
  }
}

class AzureIdentity {
  open(asked) {
    const identity = installed('@azure/identity');
    const options = {
      authorityHost: asked.authority,
      disableInstanceDiscovery: true,
      retryOptions: { maxRetries: 0 },
    };
    const credential = asked.credential;
    const who = [asked.tenant, asked.client_id];
    if (credential.form === 'secret') {
      this.credential = new identity.ClientSecretCredential(...who, credential.secret, options);
    } else if (credential.form === 'PEM text with chain') {
      const certificate = fs.readFileSync(credential.pem_file, 'utf8');
      options.sendCertificateChain = true;
      this.credential = new identity.ClientCertificateCredential(...who, { certificate }, options);
    } else {
      this.credential = new identity.ClientCertificateCredential(...who, credential.pem_file, options);
    }
  }

  async token(scope) {
    return (await this.credential.getToken(scope)).token;
  }
}

const LIBRARIES = { 'msal-node': MsalNode, 'azure-identity-node': AzureIdentity };

async function token(library, wanted, scope) {
  try {
    if (wanted) {
      library.open(wanted);
    }
    return { token: await library.token(scope), ...whatWasSent() };
  } catch (error) {
    const failure = { type: error.name, error: error.errorCode, number: error.errorNo, text: error.message };
    return { failure, ...whatWasSent() };
  }
}

async function main() {
  recordWhatIsSent();
  const library = new LIBRARIES[name]();
  let wanted = null;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let result = {};
    if (question.do === 'open') {
      wanted = question;
    } else {
      result = await token(library, wanted, question.scope);
      wanted = null;
    }
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

main();
