// pages.mjs STET ROOT WORK: the pages of a site and of bags, in a real browser, as people with and without script,
// with wide and narrow screens and with printers have them.
//
// Debian's Chromium opens the site of a ledger with the 92 records, over HTTP and as files. Each page is
// looked over by axe-core, must not be wider than its window, and must make the browser complain of
// nothing (a style, script or request that its own policy forbids would). Looking up a DOI and dropping
// a file lead where they should. Pictures of every page are in WORK, for people to look at.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const [stet, root, work] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let wrong = 0, looked = 0;

function fail(what) {
	console.log("pages: " + what);
	wrong++;
}

function same(what, got, wanted) {
	looked++;
	if (got !== wanted)
		fail(`${what}: '${got}', wanted '${wanted}'`);
}

// --- a ledger, its site and the page of one record

const home = path.join(work, "home"), site = path.join(work, "site"), seeds = path.join(work, "seed");
const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, "config"),
	STET_STATE: path.join(home, "state"), STET_TEST_NOW: "1783000000000", LC_ALL: "C.UTF-8" };
const run = (...args) => execFileSync(stet, args, { env, cwd: work, stdio: ["ignore", "pipe", "pipe"] });

function key(label, byte, ...more) {
	fs.writeFileSync(seeds, byte.toString(16).padStart(2, "0").repeat(32));
	run("key", "generate", label, "--seed-file", seeds, ...more);
}

fs.mkdirSync(home, { recursive: true });
key("root", 2, "--issuer", "https://test.example/root");
key("working", 3, "--issuer", "https://test.example/work");
key("ledger", 1, "-o", path.join(work, "ledger.key"));
run("init", "--origin", "test.example/ledger", "--ledger-key", "ledger.key", "--root-key",
	path.join(home, "config/stet/keys/root.key"), "--working-key",
	path.join(home, "config/stet/keys/working.key"), "-q");
run("import", "-q", "records", path.join(root, "tests/data/records/records.json"),
	"--retrieved", "2026-07-04");
run("correct", "SRCH:9F810E9F", "--set", "title=Zero-shot Transfer", "--public-note", "title as deposited");
run("retract", "SRCH:A80C506E", "--notice", "10.5555/notice.1", "--decided-by",
	"publisher:Assignee Research");
run("export", "site", "-o", site, "-q");
const report = path.join(work, "report.html");
run("export", "report", "SRCH:A80C506E", "-o", report);
// The pages in a bag of all, and in one of a record.
run("export", "bagit", "--all", "-o", path.join(work, "bag"), "-q");
run("export", "bagit", "SRCH:A80C506E", "-o", path.join(work, "named"), "-q");

// --- names are spelled in the browser as they are in the library

const find = require(path.join(site, "find.js"));
const names = JSON.parse(fs.readFileSync(path.join(root, "tests/vectors/format/names.json"), "utf8"));
for (const { name } of names.names)
	if (/^(doi|urn:uuid):/.test(name))
		same("a name, pasted", find.nameOf(name), name);
for (const { text, name } of names.dois)
	same(`the name of ${JSON.stringify(text)}`, find.nameOf(text), name);
same("SHA-256 of 'abc'", find.shaText("abc"),
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
for (let size = 0; size < 300; size++) {
	const text = "x".repeat(size);
	same(`SHA-256 of ${size} bytes`, find.shaText(text),
		require("node:crypto").createHash("sha256").update(text).digest("hex"));
}

// --- the browser

const types = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
	".json": "application/json", ".atom": "application/atom+xml" };
const server = http.createServer((request, response) => {
	const file = path.join(site, decodeURIComponent(new URL(request.url, "http://x").pathname).replace(/\/$/, "/index.html"));
	if (!file.startsWith(site) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
		response.writeHead(404).end();
		return;
	}
	response.writeHead(200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" });
	response.end(request.method === "HEAD" ? undefined : fs.readFileSync(file));
}).listen(0, "127.0.0.1");
await new Promise((done) => server.on("listening", done));
const base = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

const pageOf = (name) => { const hex = find.shaText(name); return `r/${hex.slice(0, 2)}/${hex}.html`; };
const uuid = JSON.parse(run("show", "SRCH:A80C506E", "--json")).names[0].name;
const screens = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const pages = { first: base, records: base + "records.html", findings: base + "findings.html",
	record: base + pageOf(uuid), report: "file://" + report,
	file: "file://" + path.join(site, pageOf(uuid)) };
for (const bag of ["bag", "named"])
	for (const page of ["index", "index/records", "index/findings"])
		pages[`${bag}-${path.basename(page)}`] = `file://${path.join(work, bag, "data", page)}.html`;

async function look(context, name, screen) {
	const page = await context.newPage();
	page.on("console", (message) => {
		if (message.type() === "error")
			fail(`${name}, ${screen}: the browser says ${message.text()}`);
	});
	page.on("pageerror", (error) => fail(`${name}, ${screen}: ${error}`));
	await page.goto(pages[name]);
	await page.screenshot({ path: path.join(work, `${name}-${screen}.png`), fullPage: !name.endsWith("records") });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	same(`${name}, ${screen}: columns beyond the window`, Math.max(wide, 0), 0);
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run(document, { preload: false }));
	looked += found.passes.length;
	for (const violation of found.violations)
		fail(`${name}, ${screen}: axe: ${violation.id}: ${violation.help}: ${violation.nodes[0].html}`);
	await page.close();
}

for (const [screen, viewport, scheme, names] of [
	["desktop", screens.desktop, "light", Object.keys(pages)],
	["phone", screens.phone, "light", Object.keys(pages)],
	["desktop-dark", screens.desktop, "dark", ["first", "record"]]]) {
	const context = await browser.newContext({ viewport, colorScheme: scheme });
	for (const name of names)
		await look(context, name, screen);
	await context.close();
}

// --- looking up

const context = await browser.newContext({ viewport: screens.desktop });
const page = await context.newPage();
const alias = JSON.parse(run("show", "SRCH:9F810E9F", "--json")).names;
for (const [typed, name] of [[uuid, uuid], [uuid.toUpperCase().replace("URN:UUID:", ""), uuid],
	["https://doi.org/" + alias[1].name.slice(4).toUpperCase(), alias[0].name]]) {
	await page.goto(base);
	await page.fill("#name", typed);
	await page.click("button");
	await page.waitForURL("**/" + pageOf(name));
	looked++;
}
await page.goto(base);
await page.fill("#name", "10.5555/nobody-knows");
await page.click("button");
await page.waitForFunction(() => document.getElementById("answer").textContent.includes("is not in this ledger"));
const artifact = fs.readdirSync(path.join(work, ".stet/artifacts"), { recursive: true, withFileTypes: true })
	.find((entry) => entry.isFile());
await page.setInputFiles("#file", path.join(artifact.parentPath ?? artifact.path, artifact.name));
await page.waitForURL("**/f/**");
same("entries that name the file", await page.locator("ul.list li").count() > 0, true);
await page.goto(base);
await page.setInputFiles("#file", report);
await page.waitForFunction(() => document.getElementById("answer").textContent.includes("differs from every"));

// --- without script, and on paper

const plain = await browser.newContext({ viewport: screens.phone, javaScriptEnabled: false });
const silent = await plain.newPage();
await silent.goto(pages.first);
same("without script, the first page leads to the list", await silent.locator("noscript a").count(), 1);
await silent.goto(pages.record);
same("without script, the page says that it is retracted",
	await silent.locator(".badge", { hasText: "retracted" }).count(), 1);
await page.goto(pages.record);
await page.emulateMedia({ media: "print" });
await page.screenshot({ path: path.join(work, "record-print.png"), fullPage: true });
same("the navigation is not printed", await page.locator("nav").isVisible(), false);
const pdf = await page.pdf({ path: path.join(work, "record.pdf"), format: "A4" });
same("it prints", pdf.length > 10000, true);


// --- every link of a bag leads to a file in it

let links = 0;
for (const bag of ["bag", "named"])
	for (const name of ["index", "records", "findings"]) {
		await page.goto(pages[`${bag}-${name}`]);
		for (const href of await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href)))
			if (href.startsWith("file:")) {
				const file = new URL(href).pathname;
				links++;
				if (!fs.existsSync(decodeURIComponent(file)))
					fail(`${bag}-${name}: a link leads to '${href}', which is not there`);
			}
	}
same("links of bags were followed", links > 10, true);

await browser.close();
server.close();
console.log(`pages: ${looked} things looked at, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
