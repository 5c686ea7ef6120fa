// crate.mjs STET ROOT WORK: RO-Crate metadata by the validator of the npm package ro-crate, and as
// JSON-LD by jsonld in its strict mode, with the context that is saved in tests/data: nothing is
// fetched.  Of the ledger with the 92 records: all of it, and each record by itself.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [stet, root, work] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "package.json"));
const saved = fs.readFileSync(path.join(root, "tests/data/ro-crate/context.jsonld"), "utf8");
const address = "https://w3id.org/ro/crate/1.2/context";
let wrong = 0, looked = 0;

function fail(what) {
	console.log("crate: " + what);
	wrong++;
}

function context(url) {
	if (String(url) !== address)
		throw new Error(`asks for ${url}`);
	return saved;
}
globalThis.fetch = async url => new Response(context(url),
	{ headers: { "content-type": "application/ld+json" } });
const documentLoader = async url =>
	({ contextUrl: null, documentUrl: url, document: JSON.parse(context(url)) });
// Behind it: they may take fetch when they are loaded.
const { Validator, ROCrate } = require("ro-crate");
const jsonld = require("jsonld");

// --- a ledger

const home = path.join(work, "home"), seeds = path.join(work, "seed");
const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, "config"),
	STET_STATE: path.join(home, "state"), STET_TEST_NOW: "1783000000000", LC_ALL: "C.UTF-8",
	STET_LEDGER: path.join(work, "ledger") };
const run = (...args) => execFileSync(stet, args,
	{ env, cwd: work, stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 }).toString();

function key(label, byte, ...more) {
	fs.writeFileSync(seeds, byte.toString(16).padStart(2, "0").repeat(32));
	run("key", "generate", label, "--seed-file", seeds, ...more);
}
key("root", 2, "--issuer", "https://test.example/root");
key("working", 3, "--issuer", "https://test.example/work");
key("ledger", 1, "-o", path.join(work, "ledger.key"));
const keys = path.join(home, "config/stet/keys");
run("init", "--origin", "test.example/ledger", "--ledger-key", path.join(work, "ledger.key"),
	"--root-key", path.join(keys, "root.key"), "--working-key", path.join(keys, "working.key"), "-q");
run("import", "records", path.join(root, "tests/data/records/records.json"), "--as", "working", "-q");

// --- what the two say of it

async function look(name, text) {
	const validator = new Validator();

	looked++;
	validator.parseJSON(text);
	await validator.validate();
	for (const result of validator.results ?? [])
		if (/error/i.test(result.status ?? ""))
			fail(`${name}: ${JSON.stringify(result).slice(0, 300)}`);
	const crate = new ROCrate(JSON.parse(text));
	if (crate.rootDataset?.name === undefined)
		fail(`${name}: no root`);
	const quads = await jsonld.toRDF(JSON.parse(text),
		{ documentLoader, safe: true, base: "https://test.example/crate/" });
	if (quads.length < 10)
		fail(`${name}: ${quads.length} statements of RDF`);
	return quads.length;
}

const all = run("export", "ro-crate", "--all");
const quads = await look("all", all);
const names = JSON.parse(all)["@graph"].find(item => item["@id"] === "./").about;
if (names.length !== 92)
	fail(`${names.length} records, not 92`);
for (const name of names)
	await look(name["@id"], run("export", "ro-crate", name["@id"]));

// --- the validator can say no
const broken = JSON.parse(all);
delete broken["@graph"].find(item => item["@id"] === "./").license;
const before = wrong;
await look("without a licence, which has to be refused", JSON.stringify(broken));
if (wrong === before)
	fail("a crate without a licence passes");
else
	wrong = before;

console.log(`crate: ${looked} crates looked at, ${quads} statements in the one of all, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
