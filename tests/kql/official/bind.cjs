// Asks the official language service what it makes of queries.
//
// Standard input: one JSON document {"schema": {table: [[column, type], …]}, "functions": [text, …], "queries": [{"name", "text"}, …]}.
// Standard output: one JSON line for each query: {"name", "errors": [{"code", "message", "start", "end"}, …],
// "columns": [[name, type], …] or null where the result is no table, "open": whether more columns may come from data}.

'use strict';

const path = require('node:path');
const modules = path.join(process.argv[2], 'node_modules');
require(path.join(modules, '@kusto/language-service-next/bridge.min.js'));
require(path.join(modules, '@kusto/language-service-next/Kusto.Language.Bridge.min.js'));

const { KustoCode, GlobalState, Symbols } = Kusto.Language;

function list(enumerable) {
    const found = [];
    if (enumerable) {
        const enumerator = Bridge.getEnumerator(enumerable);
        while (enumerator.moveNext()) found.push(enumerator.Current);
    }
    return found;
}

function quoted(name) {
    return `['${name.replaceAll("'", "\\'")}']`;
}

function globals(input) {
    const tables = Object.entries(input.schema).map(([name, columns]) => {
        const declared = columns.map(([column, type]) => `${quoted(column)}: ${type}`).join(', ');
        return Symbols.TableSymbol.From(`(${declared})`).WithName(name);
    });
    const functions = (input.functions ?? []).map(({ name, parameters, body }) =>
        new Symbols.FunctionSymbol.$ctor14(name, parameters, body));
    const database = new Symbols.DatabaseSymbol.$ctor1('hunting', [...tables, ...functions]);
    return GlobalState.Default.WithDatabase(database);
}

function columns(type) {
    if (!type || !type.Columns) return null;
    return list(type.Columns).map((column) => [column.Name, column.Type.Name]);
}

let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => { text += chunk; });
process.stdin.on('end', () => {
    const input = JSON.parse(text);
    const state = globals(input);
    for (const query of input.queries) {
        const code = KustoCode.ParseAndAnalyze(query.text, state);
        const errors = list(code.GetDiagnostics())
            .filter((diagnostic) => diagnostic.Severity === 'Error')
            .map((diagnostic) => ({
                code: diagnostic.Code, message: diagnostic.Message,
                start: diagnostic.Start, end: diagnostic.End,
            }));
        const answer = { name: query.name, errors, columns: columns(code.ResultType), open: Boolean(code.ResultType?.IsOpen) };
        process.stdout.write(`${JSON.stringify(answer)}\n`);
    }
});
