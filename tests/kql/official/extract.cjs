// Takes the queries out of a collection: `node extract.cjs MODULES COLLECTION OUT`.
//
// Queries stand in the fenced blocks of .md files, and in .txt, .csl and .kql files. A text that the official parser does not
// take as a whole is parted at empty lines, as the editor parts it. What it takes goes to OUT/valid, the rest to OUT/invalid;
// blocks of comments, and those that only define names, are no queries.

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const [modules, collection, out] = process.argv.slice(2);
require(path.join(modules, 'node_modules/@kusto/language-service-next/bridge.min.js'));
require(path.join(modules, 'node_modules/@kusto/language-service-next/Kusto.Language.Bridge.min.js'));
const { KustoCode, GlobalState } = Kusto.Language;

function isValid(text) {
    const diagnostics = Bridge.getEnumerator(KustoCode.Parse(text).GetSyntaxDiagnostics());
    while (diagnostics.moveNext()) {
        if (diagnostics.Current.Severity === 'Error') return false;
    }
    return true;
}

function files(folder) {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
        const file = path.join(folder, entry.name);
        return entry.isDirectory() ? files(file) : [file];
    });
}

function texts(file) {
    const content = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    if (file.endsWith('.md')) return [...content.matchAll(/^[ \t]*```[^\n]*\n([^]*?)^[ \t]*```/gm)].map((match) => match[1]);
    return /\.(txt|csl|kql)$/.test(file) || !path.basename(file).includes('.') ? [content] : [];
}

const isComment = (text) => text.split('\n').every((line) => /^\s*(\/\/.*)?$/.test(line));

// Nothing comes out of a text that has only `let` statements.
const definesOnly = (text) => KustoCode.ParseAndAnalyze(text, GlobalState.Default).ResultType === null;

const seen = new Set();
let [valid, invalid] = [0, 0];
for (const file of files(collection)) {
    const name = path.relative(collection, file).replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
    if (name === 'LICENSE') continue;
    const parts = texts(file).flatMap((text) =>
        isValid(text) ? [text] : text.split(/\r?\n[ \t]*\r?\n/).filter((part) => !isComment(part)));
    parts.forEach((part, index) => {
        const key = part.trim();
        if (isComment(part) || seen.has(key) || (isValid(part) && definesOnly(part))) return;
        seen.add(key);
        const folder = path.join(out, isValid(part) ? 'valid' : 'invalid');
        if (folder.endsWith('invalid')) invalid += 1;
        else valid += 1;
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(path.join(folder, `${name}${parts.length > 1 ? `-${index + 1}` : ''}.kql`), part);
    });
}
process.stdout.write(`${valid} queries, and ${invalid} texts that the official parser refuses\n`);
